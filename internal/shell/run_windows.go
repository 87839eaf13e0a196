package shell

import (
	"context"
	"os/exec"
	"strconv"
	"syscall"
)

// shellCommand is a command for cmd, which reads its line as it stands: the
// quoting that Go adds to arguments is not cmd's. It ends with all that it
// started, and a Ctrl-C in the console is not for it.
func shellCommand(ctx context.Context, command string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "cmd")
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /S /C "` + command + `"`, CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
	cmd.Cancel = func() error {
		return exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run()
	}
	return cmd
}
