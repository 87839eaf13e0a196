//go:build unix

package ollama

import (
	"os/exec"
	"syscall"
)

// ask ends the server alone, which then ends its runners.
func ask(cmd *exec.Cmd) { _ = cmd.Process.Signal(syscall.SIGTERM) }

// kill ends the whole group: a killed server leaves its runners behind.
func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
