package batch

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/nightpress/nightpress/internal/llm"
	"pgregory.net/rapid"
)

// laneModel is what a lane must be after the transitions so far.
type laneModel struct {
	lane     *lane
	state    laneState
	round    int
	crashes  int
	jobs     int       // in progress
	cold     bool      // a parked lane loads its model first
	released chan bool // one for each waiter that pass let go
	waiters  int
}

// waiting reports whether pass holds its callers back.
func (m *laneModel) waiting() bool {
	return slices.Contains([]laneState{laneLoading, laneWaiting, laneRecovering, laneParked}, m.state)
}

// need skips a transition where it is not one of the model's.
func (m *laneModel) need(t *rapid.T, states ...laneState) {
	if !slices.Contains(states, m.state) {
		t.Skip()
	}
}

var errAway = &llm.Fault{Kind: llm.FaultPause, Err: errors.New("away")}

func (m *laneModel) actions(t *testing.T) map[string]func(*rapid.T) {
	crash := &llm.Fault{Kind: llm.FaultRetry, Trouble: llm.Crash, Err: errors.New("crash")}
	leaveOpen := func(to laneState) { m.state, m.round = to, m.round+1 }
	return map[string]func(*rapid.T){
		"begin": func(rt *rapid.T) {
			m.need(rt, laneClosed)
			m.lane.begin(t.Context(), &Phase{Model: llm.Model{Name: "m"}})
			m.state, m.round, m.crashes = laneLoading, 0, 0
		},
		"opened": func(rt *rapid.T) {
			m.need(rt, laneLoading)
			m.lane.opened(t.Context())
			m.state = laneOpen
		},
		"lost": func(rt *rapid.T) {
			round := rapid.IntRange(max(0, m.round-1), m.round).Draw(rt, "round")
			m.lane.lost(round, errAway)
			if m.state == laneOpen && round == m.round {
				leaveOpen(laneWaiting)
			}
		},
		"away": func(rt *rapid.T) {
			m.need(rt, laneLoading, laneRecovering, laneWaiting)
			m.lane.away(errAway)
			m.state = laneWaiting
		},
		"troubled": func(rt *rapid.T) {
			round := rapid.IntRange(max(0, m.round-1), m.round).Draw(rt, "round")
			isOut := m.lane.troubled(round, crash, crash)
			if m.state == laneOpen && round == m.round {
				if m.crashes++; m.crashes < endurance[llm.Crash] {
					leaveOpen(laneRecovering)
				} else {
					leaveOpen(laneOut)
				}
			}
			if isOut != (m.state == laneOut) {
				rt.Fatalf("out is %v after %d crashes", isOut, m.crashes)
			}
		},
		"take": func(rt *rapid.T) {
			m.need(rt, laneOpen)
			m.lane.hasJobs(1)
			m.jobs++
		},
		"end": func(rt *rapid.T) {
			if m.jobs == 0 {
				rt.Skip()
			}
			m.lane.hasJobs(-1)
			m.jobs--
		},
		"park": func(rt *rapid.T) {
			m.need(rt, laneLoading, laneOpen, laneWaiting)
			rests := m.state != laneOpen || m.jobs == 0
			if parked := m.lane.park(); parked != rests {
				rt.Fatalf("a lane that is %s, with %d jobs in progress, was parked: %v", m.state, m.jobs, parked)
			}
			if !rests {
				return
			}
			if m.cold = m.state != laneOpen; m.cold {
				m.state = laneParked
			} else {
				leaveOpen(laneParked)
			}
		},
		"unpark": func(rt *rapid.T) {
			m.need(rt, laneParked)
			m.lane.unpark()
			if m.state = laneOpen; m.cold {
				m.state = laneLoading
			}
		},
		"reload": func(rt *rapid.T) {
			m.need(rt, laneWaiting, laneRecovering)
			m.lane.reload()
			m.state = laneLoading
		},
		"well": func(rt *rapid.T) {
			m.need(rt, laneOpen)
			m.lane.well()
			m.crashes = 0
		},
		"leave": func(rt *rapid.T) {
			if m.state == laneClosed {
				rt.Skip()
			}
			m.lane.leave(errAway)
			if m.state == laneOpen {
				m.round++
			}
			m.state = laneOut
		},
		"close": func(rt *rapid.T) {
			m.lane.close()
			if m.state == laneOpen {
				m.round++
			}
			m.state = laneClosed
		},
		"wait": func(*rapid.T) {
			m.waiters++
			go func() { m.released <- m.lane.pass(t.Context()) }()
		},
		"": m.check(t),
	}
}

// check holds the lane to the model: its state, who passes, and who waits.
func (m *laneModel) check(t *testing.T) func(*rapid.T) {
	return func(rt *rapid.T) {
		synctest.Wait()
		if m.lane.state != m.state || m.lane.round != m.round {
			rt.Fatalf("the lane is %s in round %d, want %s in round %d", m.lane.state, m.lane.round, m.state, m.round)
		}
		if m.waiting() && len(m.released) > 0 {
			rt.Fatalf("a waiter passed a lane that is %s", m.state)
		}
		if !m.waiting() {
			if len(m.released) != m.waiters {
				rt.Fatalf("%d of %d waiters were released by a lane that is %s", len(m.released), m.waiters, m.state)
			}
			for range m.waiters {
				if passed := <-m.released; passed != (m.state == laneOpen) {
					rt.Fatalf("passed is %v, and the lane is %s", passed, m.state)
				}
			}
			m.waiters = 0
		}
		made := false
		_, err := m.lane.request(t.Context(), false, func(ctx context.Context) error { made = ctx.Err() == nil; return nil })
		if made != (m.state == laneOpen) || made != (err == nil) {
			rt.Fatalf("a request was made: %v (%v), and the lane is %s", made, err, m.state)
		}
		if m.state == laneOut && m.lane.why() == nil {
			rt.Fatal("a lane is out and does not say why")
		}
	}
}

func TestALaneIsAStateMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(struct{ rapid.TB }{t}, func(rt *rapid.T) {
			r := &run{Engine: &Engine{}}
			m := &laneModel{lane: newLane(r, Lane{Workers: 2}), released: make(chan bool, 1000)}
			rt.Repeat(m.actions(t))
			if m.state != laneClosed {
				m.lane.leave(errAway)
			}
			synctest.Wait()
		})
	})
}

// Every transition that is not in the table is a mistake, and is found at once.
func TestWhatMayNotFollowDoesNot(t *testing.T) {
	all := []laneState{laneClosed, laneLoading, laneOpen, laneWaiting, laneRecovering, laneOut, laneParked}
	for _, from := range all {
		for _, to := range all {
			l := newLane(&run{Engine: &Engine{}}, Lane{})
			l.state = from
			moved := func() (ok bool) {
				defer func() { ok = recover() == nil }()
				l.move(to)
				return true
			}()
			if want := slices.Contains(mayFollow[from], to); moved != want {
				t.Errorf("%s -> %s: %v, want %v", from, to, moved, want)
			}
		}
	}
}
