//go:build linux

package chaos

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// site is where a worker machine is.
type site interface {
	// command is one that runs there.
	command(name string, args ...string) *exec.Cmd
	// coordinator is the address of the coordinator's port, as it is reached there.
	coordinator(port int) string
	// listen listens on the loopback there.
	listen() (net.Listener, error)
	// cut takes the link to the coordinator away, or brings it back.
	cut(bool) error
}

// sites are n machines: network namespaces with a cable each, where that is allowed, or
// else processes of this machine behind proxies that can be cut. listen is where the
// coordinator has to listen.
func sites(t *testing.T, n int) (all []site, listen string) {
	t.Helper()
	for i := range n {
		s, err := newNamespace(t, i)
		if err != nil {
			t.Logf("no network namespaces (%v): the machines are processes", err)
			all = nil
			for range n {
				all = append(all, &here{t: t})
			}
			return all, "127.0.0.1"
		}
		all = append(all, s)
	}
	return all, "0.0.0.0"
}

// namespace is a network namespace with a cable to this machine.
type namespace struct{ name, cable, gateway string }

func newNamespace(t *testing.T, i int) (*namespace, error) {
	id := os.Getpid()%1000*10 + i
	s := &namespace{fmt.Sprint("nightpress", id), fmt.Sprint("np", id), fmt.Sprintf("10.%d.%d.1", 200+id%50, id/50)}
	inner, other := s.cable+"w", s.gateway[:len(s.gateway)-1]+"2"
	t.Cleanup(func() {
		_ = ip("link", "del", s.cable)
		_ = ip("netns", "del", s.name)
	})
	for _, args := range [][]string{
		{"netns", "add", s.name},
		{"link", "add", s.cable, "type", "veth", "peer", "name", inner},
		{"link", "set", inner, "netns", s.name},
		{"addr", "add", s.gateway + "/30", "dev", s.cable},
		{"link", "set", s.cable, "up"},
		{"-n", s.name, "addr", "add", other + "/30", "dev", inner},
		{"-n", s.name, "link", "set", inner, "up"},
		{"-n", s.name, "link", "set", "lo", "up"},
	} {
		if err := ip(args...); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func ip(args ...string) error {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %v: %w: %s", args, err, out)
	}
	return nil
}

func (s *namespace) command(name string, args ...string) *exec.Cmd {
	// It replaces itself with the program: a signal reaches that.
	return exec.Command("ip", append([]string{"netns", "exec", s.name, name}, args...)...)
}

func (s *namespace) coordinator(port int) string { return fmt.Sprintf("%s:%d", s.gateway, port) }

// listen makes the socket on a thread that enters the namespace and ends.
func (s *namespace) listen() (l net.Listener, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		var ns *os.File
		if ns, err = os.Open("/run/netns/" + s.name); err != nil {
			return
		}
		defer ns.Close()
		if err = unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err == nil {
			l, err = net.Listen("tcp4", "127.0.0.1:0")
		}
	}()
	<-done
	return l, err
}

func (s *namespace) cut(off bool) error {
	if off {
		return ip("link", "set", s.cable, "down")
	}
	return ip("link", "set", s.cable, "up")
}

// here is a machine that is a process of this one.
type here struct {
	t     *testing.T
	cable *cable
}

func (s *here) command(name string, args ...string) *exec.Cmd { return exec.Command(name, args...) }
func (s *here) listen() (net.Listener, error)                 { return net.Listen("tcp", "127.0.0.1:0") }

func (s *here) coordinator(port int) string {
	if s.cable == nil {
		s.cable = newCable(s.t, fmt.Sprint("127.0.0.1:", port))
	}
	return s.cable.l.Addr().String()
}

func (s *here) cut(off bool) error {
	s.cable.set(off)
	return nil
}

// cable is a network between a worker and the coordinator that can be cut.
type cable struct {
	l   net.Listener
	mu  sync.Mutex
	all []net.Conn
	cut bool
}

func newCable(t *testing.T, to string) *cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := &cable{l: l}
	t.Cleanup(func() { l.Close(); k.set(true) })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go k.carry(c, to)
		}
	}()
	return k
}

func (k *cable) carry(c net.Conn, to string) {
	defer c.Close()
	d, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer d.Close()
	k.mu.Lock()
	if k.cut {
		k.mu.Unlock()
		return
	}
	k.all = append(k.all, c, d)
	k.mu.Unlock()
	go func() { _, _ = io.Copy(d, c); d.Close() }()
	_, _ = io.Copy(c, d)
}

func (k *cable) set(cut bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.cut = cut
	if cut {
		for _, c := range k.all {
			c.Close()
		}
		k.all = nil
	}
}
