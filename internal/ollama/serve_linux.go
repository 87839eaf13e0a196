package ollama

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the process lead a group of its own. It is asked to end when
// this program is killed.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
