package batch_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// fleetServer is a slotted server that counts its loads and can be away.
type fleetServer struct {
	slotted
	mu    sync.Mutex
	loads map[string]int
	away  bool
	// load is how long it loads a model.
	load time.Duration
}

func (c *fleetServer) Load(_ context.Context, m llm.Model) error {
	time.Sleep(c.load)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.away {
		return &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
	}
	if c.loads == nil {
		c.loads = map[string]int{}
	}
	c.loads[m.Name]++
	return nil
}

func (c *fleetServer) Probe(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.away {
		return &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
	}
	return nil
}

// sized returns the tokens of a seed's reply: their logarithms are normally
// distributed. draw chooses other lengths.
func sized(draw int) func(seed int) int {
	return func(seed int) int {
		r := rand.New(rand.NewPCG(uint64(seed), uint64(7+draw)))
		return max(60, int(300*math.Exp(0.4*r.NormFloat64())))
	}
}

// threeServers have 4 slots of 25 tokens a second, 2 of 12, and 1 of 5.
func threeServers(draw int) []*fleetServer {
	made := func(slots int, rate float64) *fleetServer {
		return &fleetServer{slotted: slotted{slots: slots, prompt: 100 * time.Millisecond, token: time.Duration(float64(time.Second) / rate), tokens: sized(draw)}}
	}
	return []*fleetServer{made(4, 25), made(2, 12), made(1, 5)}
}

// fleetRun is how long a run over servers takes, and what it made.
func fleetRun(t *testing.T, servers []*fleetServer, models []string, jobs int) (took time.Duration, sink *kept, tokens int) {
	t.Helper()
	return fleetRunOf(t, servers, models, jobs, nil, func(s *fleetServer) int { return s.slots + 1 })
}

// fleetRunTold is fleetRun with events.
func fleetRunTold(t *testing.T, servers []*fleetServer, models []string, jobs int, events func(batch.Event)) (took time.Duration, sink *kept, tokens int) {
	t.Helper()
	return fleetRunOf(t, servers, models, jobs, events, func(s *fleetServer) int { return s.slots + 1 })
}

// fleetRunOf is fleetRunTold with so many workers for each server.
func fleetRunOf(t *testing.T, servers []*fleetServer, models []string, jobs int, events func(batch.Event), workers func(*fleetServer) int) (took time.Duration, sink *kept, tokens int) {
	t.Helper()
	e := &batch.Engine{Events: events}
	for i, s := range servers {
		e.Lanes = append(e.Lanes, batch.Lane{Name: fmt.Sprint(i), Generator: s, Workers: workers(s)})
	}
	sink = &kept{}
	began := time.Now()
	if err := e.Run(t.Context(), counted(t, jobs, models...), sink); err != nil || sink.count(record.Done) != jobs*len(models) {
		t.Fatalf("%d posts, %v", sink.count(record.Done), err)
	}
	seen := map[string]bool{}
	for _, r := range sink.results {
		if seen[r.Label+r.Topic] || len(r.Attempts) != 1 {
			t.Errorf("%s is there twice, or cost %d attempts", r.Topic, len(r.Attempts))
		}
		seen[r.Label+r.Topic] = true
		tokens += r.Attempts[0].EvalCount
	}
	return time.Since(began), sink, tokens
}

// counted are phases that say how many jobs they have.
func counted(t *testing.T, n int, models ...string) func(func(*batch.Phase, error) bool) {
	return func(yield func(*batch.Phase, error) bool) {
		for p, err := range phases(t, n, models...) {
			p.Count = n
			if !yield(p, err) {
				return
			}
		}
	}
}

// The ideal is that of a scheduler that knows everything and can divide a post:
// all tokens at the sum of the servers' speeds. The ratios are means over draws of
// the lengths of the posts.
func TestUnequalServersShareTheWork(t *testing.T) {
	for _, c := range []struct {
		jobs, draws int
		most, found float64 // with known slots, and where they are to be found first
	}{{1000, 1, 1.02, 1.02}, {200, 3, 1.05, 1.05}, {40, 12, 1.15, 1.15}} {
		t.Run(fmt.Sprint(c.jobs), func(t *testing.T) {
			var known, auto float64
			for draw := range c.draws {
				synctest.Test(t, func(t *testing.T) {
					took, _, tokens := fleetRun(t, threeServers(draw), []string{"a"}, c.jobs)
					alone, _, _ := fleetRun(t, threeServers(draw)[:1], []string{"a"}, c.jobs)
					found, _, _ := fleetRunOf(t, threeServers(draw), []string{"a"}, c.jobs, nil, func(*fleetServer) int { return 0 })
					ideal := float64(tokens) / (4*25 + 2*12 + 1*5)
					known += took.Seconds() / ideal / float64(c.draws)
					auto += found.Seconds() / ideal / float64(c.draws)
					if took > alone {
						t.Errorf("draw %d: %.3f of the ideal time, the fast server alone %.3f", draw, took.Seconds()/ideal, alone.Seconds()/ideal)
					}
				})
			}
			t.Logf("%d posts: %.3f of the ideal time; with workers found on the way %.3f", c.jobs, known, auto)
			if known > c.most || auto > c.found {
				t.Errorf("%d posts took %.3f of the ideal time, at most %.2f is allowed; %.3f with workers found on the way, at most %.2f", c.jobs, known, c.most, auto, c.found)
			}
		})
	}
}

func TestEachServerLoadsEachModelAtMostOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		servers := threeServers(0)
		fleetRun(t, servers, []string{"a", "b", "c", "d"}, 50)
		for i, s := range servers {
			for model, n := range s.loads {
				if n > 1 {
					t.Errorf("server %d loaded %s %d times", i, model, n)
				}
			}
		}
		if len(servers[0].loads) == 0 || len(servers[1].loads) == 0 {
			t.Error("a server did nothing")
		}
	})
}

// A server that is away for longer than the patience costs nothing while another
// one works, and is used again when it is back.
func TestAServerThatComesBackAfterLongerThanPatienceIsUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		servers := threeServers(0)[:2]
		servers[0].away = true
		time.AfterFunc(3*time.Hour, func() {
			servers[0].mu.Lock()
			defer servers[0].mu.Unlock()
			servers[0].away = false
		})
		// How long it was away is said all the same.
		var waited, away time.Duration
		_, sink, _ := fleetRunTold(t, servers, []string{"a"}, 1200, func(ev batch.Event) {
			switch ev := ev.(type) {
			case batch.Waiting:
				waited = ev.Away
			case batch.Resumed:
				away = ev.Away
			}
		})
		if waited < 3*time.Hour-2*time.Minute || waited > 3*time.Hour || away < 3*time.Hour || away > 3*time.Hour+2*time.Minute {
			t.Errorf("the server is said to be away for %s, and to have been away for %s", waited, away)
		}
		by := map[string]int{}
		for _, r := range sink.results {
			by[r.Server]++
		}
		if by["0"] == 0 || by["1"] == 0 {
			t.Errorf("posts by server: %v", by)
		}
	})
}

// A server whose posts would end too late begins none, and a faster one goes on for
// as long as its own end in time, also where it takes longer to load the model.
func TestUntilHoldsForEachServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		servers := threeServers(0)
		servers[0].load, servers[1].load = 20*time.Second, 10*time.Second
		until := time.Now().Add(5 * time.Minute)
		e := &batch.Engine{Until: until, NoHedge: true, Lanes: []batch.Lane{
			{Name: "fast", Generator: servers[0], Workers: 4}, {Name: "middle", Generator: servers[1], Workers: 2}, {Name: "slow", Generator: servers[2], Workers: 1},
		}}
		begun := map[string]time.Time{}
		var mu sync.Mutex
		e.Events = func(ev batch.Event) {
			if ev, ok := ev.(batch.Started); ok {
				mu.Lock()
				defer mu.Unlock()
				begun[ev.Server] = time.Now()
			}
		}
		phases := func(yield func(*batch.Phase, error) bool) {
			for p, err := range counted(t, 1000, "a") {
				p.Took = []time.Duration{time.Minute}
				p.TookOn = map[string][]time.Duration{"fast": {20 * time.Second}, "slow": {6 * time.Minute}}
				yield(p, err)
			}
		}
		sink := &kept{}
		if err := e.Run(t.Context(), phases, sink); !errors.Is(err, batch.ErrUntil) {
			t.Errorf("error: %v", err)
		}
		if late := time.Until(until); late < -20*time.Second {
			t.Errorf("it ended %s too late", -late)
		}
		if !begun["slow"].IsZero() {
			t.Error("the slow server began a post")
		}
		fast, middle := until.Sub(begun["fast"]), until.Sub(begun["middle"])
		if fast > 40*time.Second || middle < fast || middle > 100*time.Second {
			t.Errorf("the last posts began %s before the end on the fast server, %s on the middle one", fast, middle)
		}
	})
}
