package shell

import (
	"os/exec"
	"runtime"

	"github.com/nightpress/nightpress/internal/crash"
)

// Browse opens an address with the program that the system has for addresses. It
// does not wait for that program.
func Browse(url string) error {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	cmd := exec.Command(name, args...)
	if err := cmd.Start(); err != nil {
		return err
	}
	// Nobody waits for the browser; its end is taken so that no zombie is left.
	crash.Go(func() { _ = cmd.Wait() }, func(error) {})
	return nil
}
