//go:build linux

package chaos

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

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

// token is the one that lets workers into a folder's fleet, made before its run.
func token(t *testing.T, f *folder) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(f.dir, "posts", ".nightpress"), 0o777); err != nil {
		t.Fatal(err)
	}
	text := `{"id":"chaos","token":"workers","admin":"coordinator"}`
	if err := os.WriteFile(filepath.Join(f.dir, "posts", ".nightpress", "fleet.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return "workers"
}

// Workers and the coordinator are killed, links are cut, and once the queue's
// store is deleted: every post exists once, and only jobs that were under way
// are asked for again.
func TestAFleetSurvivesDeathsAtAnyMoment(t *testing.T) {
	s, d := newServer(t), dice(t)
	jobs, blows := rounds(24, 300), rounds(3, 40)
	const machines, slots = 3, 2
	f := newFolder(t, t.TempDir(), jobs, "", steady)
	c := newCounter(t, s)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	secret := token(t, f)
	var cables []*cable
	for range machines {
		cables = append(cables, newCable(t, address))
	}
	work := func(i int) *running {
		url := fmt.Sprintf("nats://%s@%s", secret, cables[i].l.Addr())
		cmd := exec.Command(program, "work", url, "--name", fmt.Sprint("m", i), "-j", fmt.Sprint(slots), "--patience", "5m")
		cmd.Dir = t.TempDir()
		cmd.Env = append(os.Environ(), "OLLAMA_HOST="+c.addr, "HOME="+cmd.Dir)
		return launch(t, cmd)
	}
	coordinate := func() *running {
		return f.start(t, c.addr, "--fleet", "--no-local-work", "--fleet-listen", address)
	}
	coordinator := coordinate()
	var members []*running
	for i := range machines {
		members = append(members, work(i))
	}
	t.Cleanup(func() {
		for _, m := range append(members, coordinator) {
			m.kill()
		}
	})
	// inFlight is what the blows can have hit: the jobs that a machine has, or,
	// with the store, those of all machines and the results that waited there.
	inFlight, deleted := 0, false
	for blow := range blows {
		c.moves(coordinator)
		moment(d, 3*time.Second, coordinator.ended)
		i := d.IntN(machines)
		switch kind := blow % 3; {
		case kind == 0:
			members[i].kill()
			members[i] = work(i)
			inFlight += slots + 1
		case kind == 1:
			cables[i].set(true)
			moment(d, 4*time.Second, coordinator.ended)
			cables[i].set(false)
			inFlight += slots + 1
		default:
			if !coordinator.kill() {
				break
			}
			inFlight += machines * (slots + 1)
			if !deleted {
				deleted = true
				if err := os.RemoveAll(filepath.Join(f.dir, "posts", ".nightpress", "fleet")); err != nil {
					t.Fatal(err)
				}
				inFlight += machines * (slots + 1)
			}
			coordinator = coordinate()
		}
	}
	coordinator.wantExit(t, 0, 3)
	if got := f.done(t); got == 0 {
		t.Error("no post was made")
	}
	attempts := 0
	db := f.ledger(t)
	defer db.Close()
	if err := db.QueryRow("SELECT count(*) FROM attempts").Scan(&attempts); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d jobs, %d attempts in the ledger, %d blows, %d requests", jobs, attempts, blows, c.requests())
	if most := attempts + inFlight; c.requests() > most {
		t.Errorf("%d requests for %d attempts, at most %d\n%s", c.requests(), attempts, most, coordinator.tail())
	}
}
