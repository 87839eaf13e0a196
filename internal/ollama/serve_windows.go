package ollama

import (
	"os/exec"
	"syscall"
)

func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// ask kills: a console program on Windows has no other end from outside.
func ask(cmd *exec.Cmd)  { _ = cmd.Process.Kill() }
func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
