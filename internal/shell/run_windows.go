package shell

import (
	"context"
	"os/exec"
	"syscall"
)

// shellCommand is a command for cmd, which reads its line as it stands: the
// quoting that Go adds to arguments is not cmd's.
func shellCommand(ctx context.Context, command string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "cmd")
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /S /C "` + command + `"`}
	return cmd
}
