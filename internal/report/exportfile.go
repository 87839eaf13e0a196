package report

import (
	"bytes"
	"errors"
	"io"
	"io/fs"

	"github.com/nightpress/nightpress/internal/regular"
)

// generatorComment marks a file that a report wrote beside its pages. Only such files
// are replaced.
const generatorComment = "<!-- nightpress report -->"

// replaceable returns a ForeignError if there is a file at the path that does not
// begin with a mark of a report.
func replaceable(path, mark, hint string) error {
	f, err := regular.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, 1024))
	if err == nil && !bytes.Contains(head, []byte(mark)) {
		err = &ForeignError{Path: path, hint: hint}
	}
	return err
}

// replace writes a file, whole or not at all.
func replace(path string, write func(io.Writer) error) error {
	f, err := regular.Replace(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if err := write(f); err != nil {
		return err
	}
	return f.Commit()
}
