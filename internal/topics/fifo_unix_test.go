//go:build unix

package topics_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/nightpress/nightpress/internal/topics"
)

func TestAFIFOIsRefusedAtOnceAndAPipeOfTheShellIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "topics.csv")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, "/dev/null"} {
		_, err := topics.Open(p, topics.Options{}, nil)
		var e *topics.Error
		if !errors.As(err, &e) || !strings.Contains(e.Error(), "regular file") {
			t.Errorf("%s: %v", p, err)
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.WriteString(w, "topic\nCats\n"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	wrapped := false
	in, err := topics.Open("/dev/fd/"+strconv.Itoa(int(r.Fd())), topics.Options{Pipe: func(r io.Reader) io.Reader { wrapped = true; return r }}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if got := texts(t, in); len(got) != 1 || got[0] != "Cats" || !wrapped {
		t.Errorf("topics %q, wrapped %v", got, wrapped)
	}
}
