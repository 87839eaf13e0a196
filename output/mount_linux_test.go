package output_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nightpress/nightpress/output"
)

// A post cannot be renamed to another mount, even to one of the same file system.
func TestALabelOnAnotherMountIsRefusedWithWhatToDo(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may mount")
	}
	for name, flags := range map[string]uintptr{"another file system": 0, "a folder of the same one": syscall.MS_BIND} {
		t.Run(name, func(t *testing.T) {
			dir, elsewhere := t.TempDir(), t.TempDir()
			f, err := output.Open(dir, "test")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			label := filepath.Join(dir, "small")
			if err := os.Mkdir(label, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(f.CheckLabel("small"), f.CheckLabel("large")); err != nil {
				t.Errorf("a usual folder: %v", err)
			}
			if err := syscall.Mount(elsewhere, label, "tmpfs", flags, ""); err != nil {
				t.Skipf("mount: %v", err)
			}
			defer func() { _ = syscall.Unmount(label, syscall.MNT_DETACH) }()
			for _, open := range []func() (*output.Folder, error){func() (*output.Folder, error) { return f, nil }, func() (*output.Folder, error) { return output.View(dir) }} {
				folder, err := open()
				if err != nil {
					t.Fatal(err)
				}
				var blocked *output.BlockedError
				if err := folder.CheckLabel("small"); !errors.As(err, &blocked) || !strings.Contains(err.Error(), label+" is on another file system") || !strings.Contains(blocked.Hint(), "--out") {
					t.Errorf("error: %v", err)
				}
				if err := folder.CheckLabel("large"); err != nil {
					t.Errorf("a label that has no folder yet: %v", err)
				}
			}
		})
	}
}
