package batch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// mortal is a server that ends in the middle of the request for one topic, or when
// kill is called. It comes back after a time; with 0, it stays away.
type mortal struct {
	scripted
	deadly int
	back   time.Duration

	mu     sync.Mutex
	ended  chan struct{}
	deaths int
}

var refused = llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}

func newMortal(deadly int, back time.Duration) *mortal {
	m := &mortal{deadly: deadly, back: back, ended: make(chan struct{})}
	m.load = func(int) error { return m.away() }
	m.probe = func(int) error { return m.away() }
	m.answer = func(ctx context.Context, _ int, req llm.Request) (string, llm.Usage, error) {
		if err := m.away(); err != nil {
			return "", llm.Usage{}, err
		}
		m.mu.Lock()
		ended := m.ended
		m.mu.Unlock()
		if about(req) == m.deadly {
			time.AfterFunc(5*time.Second, m.kill)
		}
		select {
		case <-time.After(10 * time.Second):
			return wellFormed, whole, nil
		case <-ctx.Done():
			return "", llm.Usage{}, context.Cause(ctx)
		case <-ended:
			died := refused
			died.Died = true
			return "", llm.Usage{}, &died
		}
	}
	return m
}

func (m *mortal) away() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-m.ended:
		away := refused
		return &away
	default:
		return nil
	}
}

func (m *mortal) kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-m.ended:
		return
	default:
	}
	m.deaths++
	close(m.ended)
	if m.back > 0 {
		time.AfterFunc(m.back, func() {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.ended = make(chan struct{})
		})
	}
}

func TestAPromptUnderWhichServersEndIsRejectedAndTheOthersAreDone(t *testing.T) {
	for _, c := range []struct {
		name     string
		servers  int
		back     time.Duration
		most     int // deaths, of all servers together
		survives bool
	}{
		{"it follows from server to server, and none comes back", 3, 0, 2, true},
		{"two servers that come back", 2, time.Minute, 2, true},
		{"one server that comes back", 1, time.Minute, 3, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &batch.Engine{NoHedge: true}
				var all []*mortal
				for i := range c.servers {
					m := newMortal(5, c.back)
					all = append(all, m)
					e.Lanes = append(e.Lanes, batch.Lane{Name: fmt.Sprint(i), Generator: m, Workers: 3})
				}
				sink := &kept{}
				if err := e.Run(t.Context(), phases(t, 40, "a"), sink); err != nil {
					t.Fatal(err)
				}
				deaths := 0
				for _, m := range all {
					deaths += m.deaths
				}
				if deaths > c.most || sink.count(record.Done) != 39 || sink.count(record.Rejected) != 1 {
					t.Errorf("%d deaths, at most %d are needed; %d done, %d rejected", deaths, c.most, sink.count(record.Done), sink.count(record.Rejected))
				}
				for _, r := range sink.results {
					if r.Status == record.Rejected && (!strings.Contains(r.Topic, "5") || !strings.Contains(r.Reason, "the server ended") || !strings.Contains(r.Reason, "nightpress redo "+r.Slug)) {
						t.Errorf("%s is rejected: %s", r.Topic, r.Reason)
					}
					if r.Status == record.Done && len(r.Attempts) != 1 {
						t.Errorf("%s cost %d attempts", r.Topic, len(r.Attempts))
					}
				}
			})
		})
	}
}

// A server that is stopped and started again and again ends under many posts, and
// none of them is the reason.
func TestAServerThatEndsForAnotherReasonRejectsNothing(t *testing.T) {
	for servers := 1; servers <= 2; servers++ {
		synctest.Test(t, func(t *testing.T) {
			e := &batch.Engine{NoHedge: true}
			var first *mortal
			for i := range servers {
				m := newMortal(-1, 20*time.Second)
				if first == nil {
					first = m
				}
				e.Lanes = append(e.Lanes, batch.Lane{Name: fmt.Sprint(i), Generator: m, Workers: 4})
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			killed := make(chan struct{})
			go func() {
				defer close(killed)
				for ctx.Err() == nil {
					time.Sleep(101 * time.Second)
					first.kill()
				}
			}()
			sink := &kept{}
			if err := e.Run(ctx, phases(t, 300, "a"), sink); err != nil || sink.count(record.Done) != 300 {
				t.Errorf("%d servers: %d posts, %v", servers, sink.count(record.Done), err)
			}
			cancel()
			<-killed
			if first.deaths < 3 {
				t.Errorf("%d deaths", first.deaths)
			}
			for _, r := range sink.results {
				if len(r.Attempts) != 1 {
					t.Errorf("%s cost %d attempts: %s", r.Topic, len(r.Attempts), r.Reason)
				}
			}
		})
	}
}

// A job of a feed takes along what happened, and is rejected by the machine on which
// a server ends next.
func TestAJobOfAFeedTakesTheDeathsAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		jobs, all := fed(t, q, 1)
		q.add(jobs...)
		deadly := func() *mortal { return newMortal(0, 0) }
		run := func(name string, m *mortal) *kept {
			sink := &kept{}
			e := &batch.Engine{NoHedge: true, Patience: time.Hour, Lanes: []batch.Lane{{Name: name, Generator: m, Workers: 2}}}
			ended := make(chan error)
			go func() { ended <- e.Run(t.Context(), all, sink) }()
			time.Sleep(time.Minute)
			q.end()
			<-ended
			return sink
		}
		if sink := run("one", deadly()); len(sink.results) > 0 || len(q.returned) != 1 || len(q.returned[0].Deaths) != 1 || q.returned[0].Deaths[0].Server != "one" {
			t.Fatalf("%d results, returned %+v", len(sink.results), q.returned)
		}
		q.over = false
		q.add(q.returned...)
		if sink := run("two", deadly()); sink.count(record.Rejected) != 1 || len(q.returned) != 1 {
			t.Errorf("%d rejected, %d returned", sink.count(record.Rejected), len(q.returned))
		}
	})
}
