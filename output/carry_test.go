package output

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

func carriedFolder(t *testing.T, slugs ...string) string {
	t.Helper()
	dir := t.TempDir()
	f, err := Open(dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(f.LedgerPath())
	if err != nil {
		t.Fatal(err)
	}
	sink := &Sink{Folder: f, Ledger: l, RunID: 1}
	for _, slug := range slugs {
		res := &record.Result{ID: strings.Repeat(slug[:1], 64), Topic: slug, Slug: slug, Label: "m", Model: "m", Status: record.Done, Post: &contract.Post{Body: "Text of " + slug + "."}}
		if _, err := sink.Save(t.Context(), res); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(l.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func anyPath(string) bool { return true }

func differencesOf(t *testing.T, dir string) (kinds []string) {
	t.Helper()
	p, err := OpenToRead(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	v := &Verifier{Folder: p.Folder, Ledger: p.Ledger}
	for d, err := range v.Differences(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, d.Kind+" "+d.Path)
	}
	if v.Posts == 0 {
		t.Error("no post is known")
	}
	return kinds
}

func TestACarriedFolderIsTheSame(t *testing.T) {
	from := carriedFolder(t, "bees", "cats")
	if err := os.WriteFile(filepath.Join(from, "m", "picture.png"), []byte("png"), 0o666); err != nil {
		t.Fatal(err)
	}
	carry := func() *bytes.Reader {
		var b bytes.Buffer
		if c, err := Carry(t.Context(), from, &b); err != nil || c.Files != 3 {
			t.Fatalf("%+v, %v", c, err)
		}
		return bytes.NewReader(b.Bytes())
	}
	archive := carry()
	restore := func(dir string, archive *bytes.Reader, overwrite bool) (Carried, error) {
		return Restore(t.Context(), dir, "test", archive, archive.Size(), overwrite, anyPath)
	}
	to := filepath.Join(t.TempDir(), "posts")
	if c, err := restore(to, archive, false); err != nil || c.Written != 4 {
		t.Fatalf("%+v, %v", c, err)
	}
	if kinds := differencesOf(t, to); kinds != nil {
		t.Errorf("%v", kinds)
	}
	a, err := os.Stat(filepath.Join(from, "m", "bees.md"))
	b, err2 := os.Stat(filepath.Join(to, "m", "bees.md"))
	if errors.Join(err, err2) != nil || !a.ModTime().Equal(b.ModTime()) {
		t.Errorf("the time is %v, was %v", b.ModTime(), a.ModTime())
	}
	// The same again changes nothing.
	if c, err := restore(to, carry(), false); err != nil || c.Written != 0 {
		t.Errorf("again: %+v, %v", c, err)
	}
	// A file with another content is not replaced unless that is wanted, and the ledger is
	// kept.
	other := carriedFolder(t, "bees", "dogs")
	if err := os.WriteFile(filepath.Join(other, "m", "bees.md"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	var differs *DifferingError
	if _, err := restore(other, carry(), false); !errors.As(err, &differs) || differs.N != 2 {
		t.Errorf("%v", err)
	}
	if text, err := os.ReadFile(filepath.Join(other, "m", "bees.md")); err != nil || string(text) != "mine" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(other, "m", "cats.md")); err == nil {
		t.Error("a file was written")
	}
	if _, err := restore(other, carry(), true); err != nil {
		t.Fatal(err)
	}
	if kinds := differencesOf(t, other); kinds != nil {
		t.Errorf("%v", kinds)
	}
	kept, err := filepath.Glob(filepath.Join(other, ".nightpress", "ledger-*.db"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("%v, %v", kept, err)
	}
	l, err := ledger.OpenReadOnly(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	if j, err := l.Find(context.Background(), "dogs"); err != nil || len(j) != 1 {
		t.Errorf("%v, %v", j, err)
	}
	_ = l.Close()
}

func TestAHostileArchiveOfPostsWritesNothing(t *testing.T) {
	entry := func(h tar.Header, text string) []byte {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		h.Mode, h.ModTime = 0o777, time.Unix(0, 0)
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(text))
		}
		for _, one := range []tar.Header{{Name: "m/first.md", Typeflag: tar.TypeReg, Mode: 0o644}, h} {
			if err := w.WriteHeader(&one); err != nil {
				t.Fatal(err)
			}
			if one.Name == h.Name {
				if _, err := w.Write([]byte(text)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	local := func(name string) bool { return filepath.IsLocal(name) && !strings.Contains(name, "\\") }
	huge := entry(tar.Header{Name: "m/a.md"}, "text")
	for name, c := range map[string]struct {
		archive []byte
		words   string
	}{
		"a path out of the folder":  {entry(tar.Header{Name: "../../x.md"}, "x"), "not a path"},
		"an absolute path":          {entry(tar.Header{Name: "/etc/x"}, "x"), "not a path"},
		"a link":                    {entry(tar.Header{Name: "m/x.md", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, ""), "not a regular file"},
		"a hard link":               {entry(tar.Header{Name: "m/x.md", Typeflag: tar.TypeLink, Linkname: "m/first.md"}, ""), "not a regular file"},
		"a pipe":                    {entry(tar.Header{Name: "m/x.md", Typeflag: tar.TypeFifo}, ""), "not a regular file"},
		"a device":                  {entry(tar.Header{Name: "m/x.md", Typeflag: tar.TypeBlock}, ""), "not a regular file"},
		"the lock":                  {entry(tar.Header{Name: ".nightpress/lock"}, "x"), "no archive may bring"},
		"a token":                   {entry(tar.Header{Name: ".NightPress/fleet.json"}, "x"), "no archive may bring"},
		"the log of a ledger":       {entry(tar.Header{Name: ".nightpress/ledger.db-wal"}, "x"), "no archive may bring"},
		"a file for the own folder": {entry(tar.Header{Name: ".nightpress"}, "x"), "no archive may bring"},
		"a name twice":              {entry(tar.Header{Name: "M/First.md"}, "x"), "there twice"},
		"half an archive":           {huge[:len(huge)-1600], "unexpected EOF"},
		"no archive":                {[]byte(strings.Repeat("x", 2000)), "invalid tar header"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "posts")
			_, err := Restore(t.Context(), dir, "test", bytes.NewReader(c.archive), int64(len(c.archive)), true, local)
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("%v, want %q", err, c.words)
			}
			if _, err := os.Stat(filepath.Join(dir, "m")); err == nil {
				t.Error("something was written")
			}
		})
	}
	// A file that claims more than the archive has, as a sparse one does.
	if _, err := Restore(t.Context(), filepath.Join(t.TempDir(), "p"), "test", bytes.NewReader(huge), 3, true, local); err == nil || !strings.Contains(err.Error(), "more than the archive has") {
		t.Errorf("%v", err)
	}
}
