package output

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/regular"
)

// Carried counts what Carry wrote or Restore read.
type Carried struct {
	// Files counts all files but the ledger.
	Files int
	// Written counts the files that Restore wrote; the others were there already.
	Written int
}

// Carry writes a folder as a tar archive: its ledger first, as it is at one moment, then
// its posts and what else is among them, and replaced posts. A run may write meanwhile:
// what it adds is recorded by the next run on the archive's folder.
func Carry(ctx context.Context, dir string, to io.Writer) (c Carried, err error) {
	posts, err := OpenToRead(ctx, dir)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
	temp, err := os.MkdirTemp("", "nightpress-ledger-*")
	if err != nil {
		return c, &regular.TempError{Dir: os.TempDir(), Err: err}
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	copied := filepath.Join(temp, "ledger.db")
	if err := posts.Ledger.CopyTo(ctx, copied); err != nil {
		return c, err
	}
	archive := tar.NewWriter(to)
	ledger, err := regular.Open(copied)
	if err != nil {
		return c, err
	}
	defer ledger.Close()
	if err := pack(archive, ledgerName, ledger); err != nil {
		return c, err
	}
	for name, err := range posts.Folder.files(ctx, carriedPath) {
		if err != nil {
			return c, err
		}
		if err := posts.Folder.packOne(archive, name); err != nil {
			return c, err
		}
		c.Files++
	}
	return c, archive.Close()
}

// carriedPath reports whether a path below a folder travels. Of nightpress's own files,
// only the ledger and replaced posts do; Carry adds the ledger.
func carriedPath(name string) bool {
	return !isInner(name) || name == inner || name == Replaced || strings.HasPrefix(name, Replaced+"/")
}

// isInner reports whether a path is in nightpress's own folder on some system.
func isInner(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return strings.EqualFold(first, inner)
}

func (f *Folder) packOne(archive *tar.Writer, name string) error {
	file, err := f.open(name)
	if file == nil || err != nil {
		return err // it is gone, or cannot be read
	}
	defer file.Close()
	return pack(archive, name, file)
}

func pack(archive *tar.Writer, name string, file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	// The time tells the ledger that a post is unaltered.
	head := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: info.Size(), Mode: 0o644, ModTime: info.ModTime(), Format: tar.FormatPAX}
	if err := archive.WriteHeader(head); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if _, err := io.Copy(archive, io.LimitReader(file, info.Size())); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// DifferingError lists files that are in a folder with another content.
type DifferingError struct {
	Dir string
	// Paths are the first of them, and N how many there are.
	Paths []string
	N     int
}

func (e *DifferingError) Error() string {
	return fmt.Sprintf("%s has other content for %d of the files, such as %s; nothing was written", e.Dir, e.N, strings.Join(e.Paths, ", "))
}

// Hint returns what the user can do.
func (e *DifferingError) Hint() string {
	return "name another folder, or take what is carried with --overwrite (the ledger that was there stays beside it as ledger-DATE.db)"
}

// mostDiffering is how many paths a DifferingError lists.
const mostDiffering = 5

// Restore writes what Carry archived into a folder, and takes the folder's lock. It first
// reads the whole archive, of so many bytes, which may come from anywhere: a path that is
// not safe, or a file that is no file, is an error. A file that is there with another
// content is a *DifferingError, unless overwrite is set. After any of these errors nothing
// was written. safe reports whether a path is safe on every system.
func Restore(ctx context.Context, dir, command string, archive io.ReadSeeker, size int64, overwrite bool, safe func(string) bool) (c Carried, err error) {
	f, err := Open(dir, command)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r := &restoring{folder: f, safe: safe, size: size, seen: map[[16]byte]bool{}, todo: map[string]bool{}}
	if err := r.each(ctx, archive, r.compare); err != nil {
		return c, fmt.Errorf("the carried posts: %w", err)
	}
	if r.wrong.N > 0 && !overwrite {
		r.wrong.Dir = dir
		return c, &r.wrong
	}
	if _, err := archive.Seek(0, io.SeekStart); err != nil {
		return c, err
	}
	c.Files, c.Written = r.files, len(r.todo)
	if r.todo[ledgerName] {
		if err := f.keepLedger(); err != nil {
			return c, f.Explain(err)
		}
	}
	clear(r.seen)
	return c, f.Explain(r.each(ctx, archive, r.write))
}

// keepLedger moves the ledger and its log out of the way of a carried one.
func (f *Folder) keepLedger() error {
	kept := fmt.Sprintf("%s/ledger-%s.db", inner, time.Now().UTC().Format("20060102-150405"))
	for _, end := range []string{"-wal", "-shm", ""} {
		if err := f.root.Rename(ledgerName+end, kept+end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// compare notes whether a file has to be written, and whether another one is in its place.
func (r *restoring) compare(h *tar.Header, content io.Reader) error {
	if h.Name != ledgerName {
		r.files++
	}
	file, err := r.folder.open(h.Name)
	if err != nil {
		return err
	}
	if file == nil {
		r.todo[h.Name] = true
		return nil
	}
	defer file.Close()
	same, err := equal(file, content)
	if err != nil || same && !(h.Name == ledgerName && r.folder.hasLog()) {
		return err
	}
	r.todo[h.Name] = true
	if r.wrong.N++; r.wrong.N <= mostDiffering {
		r.wrong.Paths = append(r.wrong.Paths, h.Name)
	}
	return nil
}

// hasLog reports whether the ledger has changes beside its file.
func (f *Folder) hasLog() bool {
	info, err := f.root.Lstat(ledgerName + "-wal")
	return err == nil && info.Size() > 0
}

// equal reports whether two texts are the same.
func equal(a, b io.Reader) (bool, error) {
	one, two := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(a, one)
		m, err2 := io.ReadFull(b, two)
		if n != m || !bytes.Equal(one[:n], two[:m]) {
			return false, nil
		}
		ended, ended2 := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err2, io.EOF) || errors.Is(err2, io.ErrUnexpectedEOF)
		switch {
		case err != nil && !ended:
			return false, err
		case err2 != nil && !ended2:
			return false, err2
		case ended || ended2:
			return ended == ended2, nil
		}
	}
}

// write writes a file that compare noted.
func (r *restoring) write(h *tar.Header, content io.Reader) error {
	if !r.todo[h.Name] {
		return nil
	}
	temp := path.Join(temps, strings.ToLower(rand.Text())+".tmp")
	file, err := r.folder.root.Create(temp)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = r.folder.makeDir(path.Dir(h.Name))
	}
	if err == nil {
		err = r.folder.root.Chtimes(temp, h.ModTime, h.ModTime)
	}
	if err == nil {
		err = r.folder.root.Rename(temp, h.Name)
	}
	if err != nil {
		return errors.Join(err, r.folder.discard(temp))
	}
	return syncDir(r.folder.root, path.Dir(h.Name))
}

// restoring is an archive while it is read.
type restoring struct {
	folder *Folder
	safe   func(string) bool
	size   int64
	seen   map[[16]byte]bool
	// todo are the files that have to be written.
	todo  map[string]bool
	files int
	wrong DifferingError
}

// each calls fn for each file of an archive.
func (r *restoring) each(ctx context.Context, archive io.Reader, fn func(*tar.Header, io.Reader) error) error {
	left := r.size
	for t := tar.NewReader(archive); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.check(h); err != nil {
			return err
		}
		// A sparse file is longer than its archive.
		if left -= h.Size; h.Size < 0 || left < 0 {
			return fmt.Errorf("%.80q claims %d bytes, more than the archive has", h.Name, h.Size)
		}
		if err := fn(h, t); err != nil {
			return fmt.Errorf("%.80q: %w", h.Name, err)
		}
	}
}

// check refuses a file that must not be written.
func (r *restoring) check(h *tar.Header) error {
	key := pathHash(h.Name)
	switch {
	case h.Typeflag != tar.TypeReg:
		return fmt.Errorf("%.80q is not a regular file", h.Name)
	case !r.safe(h.Name):
		return fmt.Errorf("%.80q is not a path that is safe on every system", h.Name)
	case isInner(h.Name) && h.Name != ledgerName && !strings.HasPrefix(h.Name, Replaced+"/"):
		return fmt.Errorf("%.80q is a file of nightpress that no archive may bring", h.Name)
	case r.seen[key]:
		return fmt.Errorf("%.80q is there twice", h.Name)
	}
	r.seen[key] = true
	return nil
}
