package output

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path"
	"strings"
)

// HashFile is Hash for a file that is named by its path below the folder, with "/". A
// path that leads out of the folder is an error.
func (f *Folder) HashFile(name string) (sum string, exists bool, err error) {
	if !fs.ValidPath(name) {
		return "", false, &BlockedError{Dir: f.dir, Path: name, What: "is not a path below the folder"}
	}
	return f.hash(name)
}

// Articles yields the path of every Markdown file in the folder, whoever wrote it, but
// for nightpress's own files. It follows no link, and reads a few names at a time.
func (f *Folder) Articles(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for name, err := range f.files(ctx, func(p string) bool { return p != inner }) {
			if (err != nil || strings.HasSuffix(strings.ToLower(name), ".md")) && !yield(name, err) {
				return
			}
		}
	}
}

// files yields the path of every regular file below the folder, but for what is below a
// folder or at a path that wanted refuses.
func (f *Folder) files(ctx context.Context, wanted func(string) bool) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		v := &Verifier{Folder: f}
		for left := []string{"."}; len(left) > 0; {
			dir := left[len(left)-1]
			left = left[:len(left)-1]
			going, err := v.walk(dir, func(name string) (bool, error) {
				if err := ctx.Err(); err != nil {
					return false, err
				}
				p := path.Join(dir, name)
				info, err := f.root.Lstat(p)
				switch {
				case errors.Is(err, fs.ErrNotExist):
				case err != nil:
					return false, err
				case !wanted(p):
				case info.IsDir():
					left = append(left, p)
				case info.Mode().IsRegular():
					return yield(p, nil), nil
				}
				return true, nil
			})
			if err != nil {
				yield("", err)
			}
			if err != nil || !going {
				return
			}
		}
	}
}
