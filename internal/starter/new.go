package starter

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/shell"
)

// File is the path of a file that a command wrote.
type File string

func (f File) Text(p *printer.Page) { p.Linef("%s", string(f)) }

// New writes a file that does not exist yet, and its folder.
func New(path string, text []byte) (string, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, os.ErrExist) {
		return "", hint.Wrap(fmt.Errorf("%s exists already and is left as it is", path), "mv "+shell.Quote(path)+" "+shell.Quote(path+".old"))
	}
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	return path, errors.Join(err, f.Close())
}
