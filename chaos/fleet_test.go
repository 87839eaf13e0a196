//go:build linux

package chaos

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

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
// store is deleted: every post exists once, and only jobs that were in progress
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
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	secret := token(t, f)
	where, listen := sites(t, machines)
	var servers []string
	for _, s := range where {
		l, err := s.listen()
		if err != nil {
			t.Fatal(err)
		}
		servers = append(servers, c.open(t, l))
	}
	work := func(i int) *running {
		url := fmt.Sprintf("nats://%s@%s", secret, where[i].coordinator(port))
		cmd := where[i].command(program, "work", url, "--name", fmt.Sprint("m", i), "-j", fmt.Sprint(slots), "--patience", "10m")
		cmd.Dir = t.TempDir()
		cmd.Env = append(os.Environ(), "OLLAMA_HOST="+servers[i], "HOME="+cmd.Dir)
		return launch(t, cmd)
	}
	coordinate := func() *running {
		// It has no model server.
		return f.start(t, "127.0.0.1:1", "--fleet", "--no-local-work", "--fleet-listen", fmt.Sprint(listen, ":", port))
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
			if err := where[i].cut(true); err != nil {
				t.Fatal(err)
			}
			moment(d, 4*time.Second, coordinator.ended)
			if err := where[i].cut(false); err != nil {
				t.Fatal(err)
			}
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
	<-coordinator.ended
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
