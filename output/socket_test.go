package output

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// answered reports whether a text comes back through the socket of a folder.
func answered(t *testing.T, dir string, l net.Listener) {
	t.Helper()
	failed := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			_, err = io.Copy(conn, conn)
			err = errors.Join(err, conn.Close())
		}
		failed <- err
	}()
	conn, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "hello"); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.UnixConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(conn)
	if err := errors.Join(err, conn.Close(), <-failed); err != nil || string(text) != "hello" {
		t.Errorf("%q came back, %v", text, err)
	}
}

func TestASocketIsItsOwnersAndGoesWithTheListener(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "posts")
	f, err := Open(dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// What a killed run left, in a folder that anybody could look into.
	left := filepath.Join(dir, filepath.FromSlash(socketName))
	if err := os.MkdirAll(filepath.Dir(left), 0o755); err != nil {
		t.Fatal(err)
	}
	old, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: left})
	if err != nil {
		t.Fatal(err)
	}
	old.SetUnlinkOnClose(false)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := f.Listen()
	if err != nil {
		t.Fatal(err)
	}
	answered(t, dir, l)
	if runtime.GOOS != "windows" {
		for name, want := range map[string]os.FileMode{socketDir: 0o700, socketName: 0o600} {
			info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%s has mode %v, want %o (%v)", name, info.Mode(), want, err)
			}
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(left); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestASocketInADeepFolderIsReached(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need rights there")
	}
	for _, depth := range []int{1, 4} {
		dir := t.TempDir()
		for range depth {
			dir = filepath.Join(dir, strings.Repeat("x", 60))
		}
		f, err := Open(dir, "test")
		if err != nil {
			t.Fatal(err)
		}
		l, err := f.Listen()
		if err != nil {
			t.Fatal(err)
		}
		answered(t, dir, l)
		if depth > 1 {
			// A relative path that is short enough.
			t.Chdir(filepath.Dir(dir))
			answered(t, dir, l)
			answered(t, filepath.Base(dir), l)
		}
		if err := errors.Join(l.Close(), f.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestAFolderWithoutARunSaysSo(t *testing.T) {
	dir := t.TempDir()
	expect := func(want string) {
		t.Helper()
		_, err := Dial(t.Context(), dir)
		no := new(NoRunError)
		if !errors.As(err, &no) || !strings.Contains(err.Error(), want) || no.Hint() == "" {
			t.Errorf("error: %v, want %q and a hint", err, want)
		}
	}
	expect("no run is going on in " + dir)
	f, err := Open(dir, "nightpress redo x")
	if err != nil {
		t.Fatal(err)
	}
	expect("(nightpress redo x), which cannot be reached")
	l, err := f.Listen()
	if err != nil {
		t.Fatal(err)
	}
	// A run that was killed leaves its socket.
	if err := l.(*listener).UnixListener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	expect("no run is going on")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	expect("no run is going on")
}

// A link in the folder leads nowhere else.
func TestASocketIsNotPutThroughALink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need rights there")
	}
	dir, elsewhere := t.TempDir(), t.TempDir()
	f, err := Open(dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Symlink(elsewhere, filepath.Join(dir, filepath.FromSlash(socketDir))); err != nil {
		t.Fatal(err)
	}
	if l, err := f.Listen(); err == nil {
		t.Errorf("it listens: %v", l.Addr())
	}
	if all, err := os.ReadDir(elsewhere); err != nil || len(all) > 0 {
		t.Errorf("%d files elsewhere, %v", len(all), err)
	}
}
