package ollama

import (
	"os/exec"
	"strconv"
	"syscall"
)

// ownGroup makes the process lead a group of its own.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// ask kills: a console program on Windows has no other end from outside.
func ask(cmd *exec.Cmd) { kill(cmd) }

// kill ends the process and all that it started.
func kill(cmd *exec.Cmd) {
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run()
}
