//go:build linux

package chaos

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

const longModel = "rehearsal-long-post"

// steps are the attempts that the ledger has of a topic; done is set if its post is there.
func (f *folder) steps(t *testing.T, topic string) (all []record.Attempt, done bool) {
	t.Helper()
	cmd := exec.Command(program, "show", topic, "--json")
	cmd.Dir = f.dir
	out, err := cmd.Output()
	if err != nil {
		return nil, false // the topic was never requested
	}
	var s struct {
		Job      struct{ Status string }
		Attempts []record.Attempt
	}
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatal(err)
	}
	return s.Attempts, s.Job.Status == "done"
}

// A run that writes long posts is killed again and again. No part that it accepted is
// requested twice: what a kill costs are the requests in progress.
func TestAKilledRunWritesNoSectionTwice(t *testing.T) {
	const jobs = 4
	s := newServer(t)
	d := dice(t)
	install := exec.Command(program, "rehearse", "-p", "long-post")
	install.Env = append(os.Environ(), "OLLAMA_HOST="+s.addr)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for left := rounds(3, 50); left > 0; {
		f := newFolder(t, t.TempDir(), jobs, "", longModel)
		c := newCounter(t, s)
		kills := 0
		before := map[string][]record.Attempt{}
		for ended := false; !ended; {
			r := f.start(t, c.addr, "--quiet", "-p", "long-post")
			if left > 0 {
				c.moves(r)
				moment(d, 4*time.Second, r.ended)
				if r.kill() {
					kills++
					left--
				} else {
					ended = true
				}
			} else {
				r.wantExit(t, 0, 3)
				ended = true
			}
			for i := range jobs {
				now, _ := f.steps(t, topic(i))
				for k, a := range before[topic(i)] {
					if k >= len(now) || now[k].Seed != a.Seed || now[k].Started != a.Started {
						t.Errorf("attempt %d at %s was saved, and is not there as it was", k+1, topic(i))
						break
					}
				}
				before[topic(i)] = now
			}
		}
		saved := 0
		for i := range jobs {
			accepted := map[string]bool{}
			for _, a := range before[topic(i)] {
				saved++
				if !a.Step.Accepted {
					continue
				}
				if step := fmt.Sprint(a.Step); accepted[step] {
					t.Errorf("%s of %s was written twice", step, topic(i))
				} else {
					accepted[step] = true
				}
			}
		}
		if most := saved + hit*kills; c.requests() > most {
			t.Errorf("%d requests for %d attempts and %d kills, want at most %d", c.requests(), saved, kills, most)
		}
		t.Logf("%d kills, %d requests, %d attempts saved", kills, c.requests(), saved)
	}
}
