//go:build unix

package main

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// notFiles makes each thing that is no regular file at a path, which has no
// folder in it.
var notFiles = map[string]func(path string) error{
	"is a folder":     func(path string) error { return os.Mkdir(path, 0o777) },
	"is a named pipe": func(path string) error { return syscall.Mkfifo(path, 0o666) },
	"is a device":     func(path string) error { return os.Symlink("/dev/zero", path) },
	"is a socket": func(path string) error {
		// The path of a socket may have 104 bytes.
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: "s", Net: "unix"})
		if err != nil {
			return err
		}
		l.SetUnlinkOnClose(false)
		return errors.Join(l.Close(), os.Rename("s", path))
	},
}

// Whatever a person names as a file is refused at once if it is none: reading a
// named pipe waits for a writer that never comes, and a device has no end.
func TestWhatIsNoRegularFileIsRefusedAtOnce(t *testing.T) {
	posted(t)
	if err := os.Mkdir("prompts", 0o777); err != nil {
		t.Fatal(err)
	}
	for what, put := range notFiles {
		for _, c := range []struct {
			path  string
			lines []string
		}{
			{"models.toml", []string{"check", "plan topics.csv -m m", "run topics.csv -m m", "status", "verify", "report --json", "show tides", "redo tides", "validate reply.txt", "rehearse", "lint"}},
			{"other.toml", []string{"check --config other.toml", "status --config other.toml"}},
			{filepath.Join("prompts", "mine.md"), []string{"check -m m -p mine", "plan topics.csv -m m -p mine", "run topics.csv -m m -p mine", "prompts list", "prompts show mine", "validate -p mine reply.txt"}},
			{"reply.txt", []string{"validate reply.txt", "accept tides reply.txt -m m"}},
			{"names.txt", []string{"plan topics.csv -m m --only @names.txt", "run topics.csv -m m --only @names.txt"}},
			{"other.csv", []string{"plan other.csv -m m", "run other.csv -m m", "verify other.csv", "lint --topics other.csv"}},
		} {
			if err := put(c.path); err != nil {
				t.Fatal(err)
			}
			for _, line := range c.lines {
				if c.path != "reply.txt" {
					if err := os.WriteFile("reply.txt", []byte("TITLE: x\n"), 0o666); err != nil {
						t.Fatal(err)
					}
				}
				code, out, said := tell(t, strings.Fields(line)...)
				said += out // check prints what it finds
				if code != 2 && code != 1 || !strings.Contains(said, c.path+" "+what) && !strings.Contains(said, c.path+": "+what) {
					t.Errorf("%s %s: %s: exit %d\n%s", c.path, what, line, code, said)
				}
			}
			if err := errors.Join(os.Remove(c.path), os.RemoveAll("reply.txt")); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
}

// The same holds for what a person names as a folder.
func TestWhatIsNoFolderIsRefusedAtOnce(t *testing.T) {
	posted(t)
	for what, put := range notFiles {
		if what == "is a folder" {
			continue
		}
		if err := put("other"); err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"status -o other", "show tides -o other", "verify -o other", "report --json -o other", "plan topics.csv -m m -o other",
			"run topics.csv -m m -o other", "redo tides -o other", "report --to other", "check -m m -o other"} {
			code, out, said := tell(t, strings.Fields(line)...)
			if said += out; code != 2 && code != 1 || !strings.Contains(said, "other") || !strings.Contains(said, "not a ") {
				t.Errorf("other %s: %s: exit %d\n%s", what, line, code, said)
			}
		}
		if err := os.Remove("other"); err != nil {
			t.Fatal(err)
		}
	}
}
