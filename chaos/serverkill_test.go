//go:build linux

package chaos

import (
	"context"
	"encoding/json"
	"testing"
	"time"
)

// blows strikes n times while the run is in progress, each at a random moment
// after the run has gone on for at least some requests since the last one.
func blows(t *testing.T, r *running, c *counter, n int, wait, strike func()) (struck int) {
	t.Helper()
	for ; struck < n; struck++ {
		for from := c.requests(); c.requests() < from+4; {
			select {
			case <-r.ended:
				return struck
			case <-time.After(20 * time.Millisecond):
			}
		}
		wait()
		select {
		case <-r.ended:
			return struck
		default:
		}
		strike()
	}
	return struck
}

func TestAServerThatIsKilledAndStartedAgainCostsNoAttempt(t *testing.T) {
	s, d := newServer(t), dice(t)
	for left := rounds(2, 20); left > 0; {
		const jobs = 60
		f := newFolder(t, t.TempDir(), jobs, "", steady)
		c := newCounter(t, s)
		r := f.start(t, c.addr, "--attempts", "1")
		kills := blows(t, r, c, min(left, 4), func() { moment(d, time.Second, r.ended) }, func() {
			s.kill()
			// Long enough to be noticed, so that each blow is an absence.
			<-time.After(time.Second + time.Duration(d.Int64N(int64(2*time.Second))))
			s.start(t)
		})
		r.wantExit(t, 0)
		if got := f.done(t); got != jobs {
			t.Fatalf("%d posts of %d\n%s", got, jobs, r.tail())
		}
		t.Logf("%d jobs, %d kills, %d requests", jobs, kills, c.requests())
		// While the server is away, only probes are made but for those that
		// found it gone.
		if most := jobs + 2*workers*kills; c.requests() > most {
			t.Errorf("%d requests, at most %d\n%s", c.requests(), most, r.tail())
		}
		if broken := f.errors(t); len(broken) > 0 {
			t.Errorf("attempts that the server's end cost: %q", broken)
		}
		left -= max(kills, 1)
	}
}

func TestARunnerThatIsKilledIsLoadedAgainAndTheRunGoesOn(t *testing.T) {
	s, d := newServer(t), dice(t)
	for left := rounds(2, 20); left > 0; {
		const jobs = 60
		f := newFolder(t, t.TempDir(), jobs, "", steady)
		c := newCounter(t, s)
		r := f.start(t, c.addr)
		kills := 0
		blows(t, r, c, min(left, 4), func() { moment(d, time.Second, r.ended) }, func() {
			if s.killRunner() {
				kills++
			}
		})
		r.wantExit(t, 0)
		if got := f.done(t); got != jobs {
			t.Fatalf("%d posts of %d\n%s", got, jobs, r.tail())
		}
		failed := f.errors(t)
		t.Logf("%d jobs, %d kills, %d requests, failed: %q", jobs, kills, c.requests(), failed)
		// Each kill hits what is in progress. Some of it fails and costs an
		// attempt, some is called back and costs none.
		if len(failed) > workers*kills {
			t.Errorf("%d kills cost %d attempts", kills, len(failed))
		}
		if most := jobs + 2*workers*kills; c.requests() > most {
			t.Errorf("%d requests, at most %d\n%s", c.requests(), most, r.tail())
		}
		left -= max(kills, 1)
	}
}

// errors are the requests' own failures that the ledger has.
func (f *folder) errors(t *testing.T) (all []string) {
	t.Helper()
	for _, a := range f.attempts(t) {
		if a.Error != "" {
			all = append(all, a.Error)
		}
	}
	return all
}

// attempt is one in the ledger.
type attempt struct {
	Job   string `json:"-"`
	N     int    `json:"n"`
	Error string `json:"error"`
}

func (f *folder) attempts(t *testing.T) (all []attempt) {
	t.Helper()
	db := f.ledger(t)
	defer db.Close()
	found, err := db.QueryContext(context.Background(), "SELECT job, record FROM attempts")
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	for found.Next() {
		var a attempt
		var record []byte
		if err := found.Scan(&a.Job, &record); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(record, &a); err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
