package report

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// generator marks a page as ours; only such pages are replaced or removed.
const generator = `<meta name="generator" content="nightpress report">`

// folder is where the pages go.
type folder struct {
	dir     string
	root    *os.Root
	written map[string]bool
}

// ForeignError is a file in the way that is not a page of a report.
type ForeignError struct{ Path string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s is there and is no page of a report", e.Path)
}

// Hint is what to type.
func (e *ForeignError) Hint() string {
	return "write to another folder: nightpress report --to report-2"
}

func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	f := &folder{dir, root, map[string]bool{}}
	err = f.free("index.html")
	if err == nil {
		err = f.sweepTemps()
	}
	if err == nil {
		err = root.MkdirAll("topics", 0o777)
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return f, nil
}

// A temporary file has such a name, in the folder itself.
const tempPrefix, tempSuffix = ".np-", ".tmp"

// sweepTemps removes the temporary files of a report that was killed.
func (f *folder) sweepTemps() error {
	list, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	for _, d := range list {
		if d.Type().IsRegular() && strings.HasPrefix(d.Name(), tempPrefix) && strings.HasSuffix(d.Name(), tempSuffix) {
			if err := f.root.Remove(d.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("report: %w", err)
			}
		}
	}
	return nil
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// ours tells whether a file is a page of a report.
func (f *folder) ours(name string) (bool, error) {
	info, err := f.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	file, err := f.root.Open(name)
	if err != nil {
		return false, err
	}
	defer file.Close()
	head, err := io.ReadAll(io.LimitReader(file, 256))
	return bytes.Contains(head, []byte(generator)), err
}

// free is an error when a file under this name is not ours.
func (f *folder) free(name string) error {
	mine, err := f.ours(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("report: %w", err)
	case !mine:
		return &ForeignError{f.path(name)}
	}
	return nil
}

// write puts a page in its place, whole or not at all. It is not synced: a
// report can be made again.
func (f *folder) write(name string, data []byte) error {
	if err := f.free(name); err != nil {
		return err
	}
	temp := tempPrefix + strings.ToLower(rand.Text()) + tempSuffix
	err := f.root.WriteFile(temp, data, 0o666)
	if err == nil {
		err = f.root.Rename(temp, name)
		if errors.Is(err, fs.ErrNotExist) {
			// Another report that began meanwhile took it for a leftover.
			if err = f.root.WriteFile(temp, data, 0o666); err == nil {
				err = f.root.Rename(temp, name)
			}
		}
	}
	if err != nil {
		if gone := f.root.Remove(temp); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
		return fmt.Errorf("report: write %s: %w", f.path(name), err)
	}
	f.written[name] = true
	return nil
}

// sweep removes the pages of an earlier report that this one did not write.
func (f *folder) sweep() error {
	for _, dir := range []string{".", "topics"} {
		list, err := fs.ReadDir(f.root.FS(), dir)
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}
		for _, d := range list {
			name := strings.TrimPrefix(dir+"/"+d.Name(), "./")
			if f.written[name] || !d.Type().IsRegular() || !strings.HasSuffix(name, ".html") {
				continue
			}
			mine, err := f.ours(name)
			if err == nil && mine {
				err = f.root.Remove(name)
			}
			if err != nil {
				return fmt.Errorf("report: %w", err)
			}
		}
	}
	return nil
}
