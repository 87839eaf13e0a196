package batch_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// hungServer is a server that can hang: what it is asked for then waits until it goes
// on or the client goes away.
type hungServer struct {
	fleetServer
	gate  sync.Mutex
	goes  chan struct{} // closed while the server goes on
	delay time.Duration // of a probe
}

func newHungServer(s *fleetServer) *hungServer {
	h := &hungServer{fleetServer: fleetServer{slotted: slotted{slots: s.slots, prompt: s.prompt, token: s.token, tokens: s.tokens}}, goes: make(chan struct{})}
	close(h.goes)
	return h
}

func (h *hungServer) hang() {
	h.gate.Lock()
	defer h.gate.Unlock()
	h.goes = make(chan struct{})
}

func (h *hungServer) goOn() {
	h.gate.Lock()
	defer h.gate.Unlock()
	close(h.goes)
}

func (h *hungServer) pass(ctx context.Context) error {
	h.gate.Lock()
	goes := h.goes
	h.gate.Unlock()
	select {
	case <-goes:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (h *hungServer) Probe(ctx context.Context) error {
	if err := h.pass(ctx); err != nil {
		return err
	}
	select {
	case <-time.After(h.delay):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (h *hungServer) Generate(ctx context.Context, req llm.Request, fn func(llm.Chunk) error) (llm.Usage, error) {
	u, err := h.fleetServer.Generate(ctx, req, func(c llm.Chunk) error {
		if err := h.pass(ctx); err != nil {
			return err
		}
		return fn(c)
	})
	if ctx.Err() != nil {
		return u, context.Cause(ctx)
	}
	return u, err
}

// A server that hangs keeps its connections. It is noticed within two seconds, its
// jobs go to the other one and cost no attempt, and it is used again.
func TestAServerThatHangsIsNoticedWithinTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		servers := threeServers(0)
		h := newHungServer(servers[0])
		var mu sync.Mutex
		var hung, noticed, back time.Time
		posts := map[string]int{}
		e := &batch.Engine{Attempts: 1, Lanes: []batch.Lane{
			{Name: "hangs", Generator: h, Workers: 5}, {Name: "other", Generator: servers[1], Workers: 3},
		}, Events: func(ev batch.Event) {
			mu.Lock()
			defer mu.Unlock()
			switch ev := ev.(type) {
			case batch.Waiting:
				if noticed.IsZero() {
					noticed = time.Now()
				}
				if ev.Server != "hangs" {
					t.Errorf("%s is said to be away", ev.Server)
				}
			case batch.Resumed:
				back = time.Now()
			case batch.Attempted:
				if !back.IsZero() {
					posts[ev.Server]++
				}
			}
		}}
		time.AfterFunc(33*time.Second, func() { hung = time.Now(); h.hang() })
		time.AfterFunc(200*time.Second, h.goOn)
		sink := &kept{}
		if err := e.Run(t.Context(), counted(t, 200, "a"), sink); err != nil || sink.count(record.Done) != 200 {
			t.Fatalf("%d posts, %v", sink.count(record.Done), err)
		}
		if took := noticed.Sub(hung); took <= 0 || took > 2*time.Second {
			t.Errorf("noticed after %s", took)
		}
		if back.IsZero() || posts["hangs"] == 0 {
			t.Errorf("back at %s, then posts by server: %v", back, posts)
		}
		for _, r := range sink.results {
			if len(r.Attempts) != 1 {
				t.Errorf("%s cost %d attempts", r.Topic, len(r.Attempts))
			}
		}
	})
}

// A server that reads long prompts sends nothing meanwhile, and one that is slow to
// answer a probe is given more time: neither loses its jobs again and again.
func TestASlowServerIsNotTakenForOneThatHangs(t *testing.T) {
	for _, c := range []struct{ prompt, probe time.Duration }{{20 * time.Second, 900 * time.Millisecond}, {5 * time.Second, 6 * time.Second}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				servers := threeServers(0)
				h := newHungServer(servers[0])
				h.prompt, h.delay = c.prompt, c.probe
				var mu sync.Mutex
				given := 0
				e := &batch.Engine{Attempts: 1, Lanes: []batch.Lane{
					{Name: "slow", Generator: h, Workers: 4}, {Name: "other", Generator: servers[1], Workers: 2},
				}, Events: func(ev batch.Event) {
					mu.Lock()
					defer mu.Unlock()
					if _, ok := ev.(batch.Waiting); ok {
						given++
					}
				}}
				sink := &kept{}
				if err := e.Run(t.Context(), counted(t, 100, "a"), sink); err != nil || sink.count(record.Done) != 100 {
					t.Fatalf("%d posts, %v", sink.count(record.Done), err)
				}
				by := map[string]int{}
				for _, r := range sink.results {
					by[r.Server]++
				}
				if most := int(c.probe / (2 * time.Second)); given > most || by["slow"] < 30 {
					t.Errorf("given up %d times, at most %d; posts by server: %v", given, most, by)
				}
			})
		})
	}
}
