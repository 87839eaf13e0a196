//go:build unix && !linux

package ollama

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the process lead a group of its own.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
