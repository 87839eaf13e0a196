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

	"github.com/nightpress/nightpress/internal/regular"
)

// generator marks a page of a report. Only such pages are replaced or removed.
const generator = `<meta name="generator" content="nightpress report">`

// folder is the folder that the pages are written to.
type folder struct {
	dir     string
	root    *os.Root
	written map[string]bool
}

// ForeignError reports a file that is in the place of one of a report and that no
// report wrote.
type ForeignError struct {
	Path string
	// hint names another place.
	hint string
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s exists, and no report wrote it", e.Path)
}

// Hint names another place.
func (e *ForeignError) Hint() string { return e.hint }

// pagesHint names another folder for pages.
const pagesHint = "write to another folder: nightpress report --to report-2"

func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	root, err := regular.OpenRoot(dir)
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

// Names of temporary files, which are in the folder itself.
const tempPrefix, tempSuffix = ".np-", ".tmp"

// sweepTemps removes temporary files that a killed process left behind.
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

// ours reports whether a file is a page of a report.
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

// free returns a ForeignError if the named file is not a page of a report.
func (f *folder) free(name string) error {
	mine, err := f.ours(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("report: %w", err)
	case !mine:
		return &ForeignError{f.path(name), pagesHint}
	}
	return nil
}

// write writes a page, whole or not at all. It does not sync: a report can be
// created again.
func (f *folder) write(name string, data []byte) error {
	if err := f.free(name); err != nil {
		return err
	}
	temp := tempPrefix + strings.ToLower(rand.Text()) + tempSuffix
	err := f.root.WriteFile(temp, data, 0o666)
	if err == nil {
		err = f.root.Rename(temp, name)
		if errors.Is(err, fs.ErrNotExist) {
			// Another report started meanwhile and took the file for a leftover.
			if err = f.root.WriteFile(temp, data, 0o666); err == nil {
				err = f.root.Rename(temp, name)
			}
		}
	}
	if err != nil {
		if failed := f.root.Remove(temp); !errors.Is(failed, fs.ErrNotExist) {
			err = errors.Join(err, failed)
		}
		return fmt.Errorf("report: write %s: %w", f.path(name), err)
	}
	f.written[name] = true
	return nil
}

// sweep removes pages of earlier reports that this one did not write.
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
