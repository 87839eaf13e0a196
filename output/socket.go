package output

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
)

// The writer of a folder listens on a unix socket, through which other processes
// on this machine see and control what it does. Windows has such sockets since
// Windows 10 (build 17063).
const (
	// socketDir is for its owner alone, so that nobody else reaches the socket,
	// whatever a system does with the mode of a socket.
	socketDir  = inner + "/control"
	socketName = socketDir + "/socket"
)

// mostPath is how long the path of a socket may be: 104 bytes with the zero at its
// end on macOS, 108 on Linux and Windows (sun_path).
const mostPath = 103

// Listen listens on the folder's socket. It replaces one that a killed writer left:
// there is no other writer while this one holds the lock. Closing the listener
// removes the socket.
func (f *Folder) Listen() (net.Listener, error) {
	l, err := f.listen()
	if err != nil {
		return nil, fmt.Errorf("listen in %s: %w", filepath.Join(f.dir, filepath.FromSlash(socketDir)), err)
	}
	return l, nil
}

func (f *Folder) listen() (net.Listener, error) {
	if err := f.checkDir(socketDir); err != nil {
		return nil, err
	}
	if err := f.root.MkdirAll(socketDir, 0o700); err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" {
		if err := f.root.Chmod(socketDir, 0o700); err != nil {
			return nil, err
		}
	}
	if err := f.root.Remove(socketName); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var l *net.UnixListener
	err := atShortPath(filepath.Join(f.dir, filepath.FromSlash(socketDir)), func(path string) (err error) {
		l, err = net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: path})
		return err
	})
	if err != nil {
		return nil, err
	}
	// The path may be gone, or be somebody else's, when the listener is closed.
	l.SetUnlinkOnClose(false)
	if runtime.GOOS != "windows" {
		if err := f.root.Chmod(socketName, 0o600); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	return &listener{l, f.root}, nil
}

// listener removes its socket when it is closed.
type listener struct {
	*net.UnixListener
	root *os.Root
}

func (l *listener) Close() error {
	_ = l.root.Remove(socketName) // a socket that stays is replaced
	return l.UnixListener.Close()
}

// NoRunError reports a folder in which no process listens.
type NoRunError struct {
	Dir string
	// Writer is the process that writes to the folder all the same; nil for most.
	Writer *Writer
	// Err is why it cannot be reached.
	Err error
}

func (e *NoRunError) Error() string {
	if e.Writer != nil {
		return fmt.Sprintf("%s is being written to by %s, which cannot be reached: %v", e.Dir, e.Writer, e.Err)
	}
	return fmt.Sprintf("no run is going on in %s", e.Dir)
}

// Hint returns what the user can do.
func (e *NoRunError) Hint() string {
	switch {
	case errors.Is(e.Err, fs.ErrPermission):
		return "only the user who started the run can reach it"
	case e.Writer != nil:
		return "it may be about to begin or to end, or no run: nightpress status says more"
	}
	return "start one with nightpress run, or name the folder of its posts with --out"
}

func (e *NoRunError) Unwrap() error { return e.Err }

// Dial connects to the process that writes to a folder. If there is none, the error
// is a *NoRunError.
func Dial(ctx context.Context, dir string) (net.Conn, error) {
	var conn net.Conn
	err := atShortPath(filepath.Join(dir, filepath.FromSlash(socketDir)), func(path string) (err error) {
		conn, err = new(net.Dialer).DialContext(ctx, "unix", path)
		return err
	})
	if err == nil {
		return conn, nil
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	holder, _ := Holder(dir) // without an answer, the socket's error says enough
	return nil, &NoRunError{dir, holder, err}
}

// atShortPath calls do with a path of the socket in a folder that is short enough
// for one. A long path is replaced by a relative one, or by one through a symbolic
// link that exists until do returns.
func atShortPath(dir string, do func(path string) error) error {
	name := filepath.Base(socketName)
	path := filepath.Join(dir, name)
	if len(path) <= mostPath {
		return do(path)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if here, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(here, abs); err == nil && len(rel)+1+len(name) <= mostPath {
			return do(filepath.Join(rel, name))
		}
	}
	// A folder that nobody else can write to, so that nobody else can replace the
	// link.
	for _, parent := range []string{os.TempDir(), "/tmp"} {
		tmp, err := os.MkdirTemp(parent, "np")
		if err != nil {
			continue
		}
		defer os.RemoveAll(tmp)
		link := filepath.Join(tmp, "d")
		if len(link)+1+len(name) > mostPath {
			continue
		}
		if err := os.Symlink(abs, link); err != nil {
			return err
		}
		return do(filepath.Join(link, name))
	}
	return fmt.Errorf("the path %s is too long for a socket", path)
}
