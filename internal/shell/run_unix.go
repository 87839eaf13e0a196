//go:build unix

package shell

import (
	"context"
	"os/exec"
	"syscall"
)

// shellCommand is a command for sh in a process group of its own, which ends as
// a whole.
func shellCommand(ctx context.Context, command string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}
