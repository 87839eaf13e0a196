package batch_test

import (
	"context"
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

// slotted is a server that works on so many requests at once, first come, first
// served. Its compute is shared where it is given more than it has.
type slotted struct {
	mu      sync.Mutex
	slots   int
	active  int
	queue   []chan struct{}
	replies int
	// prompt is how long it reads a prompt, token how long a token of a stream
	// takes. Above enough streams the tokens come as much slower; 0: never.
	prompt, token time.Duration
	enough        int
	// cached, when set, is how long it reads a prompt when it has read another one in
	// the slot: most of both is the same.
	cached time.Duration
	read   int
	// tokens are those of reply n.
	tokens func(n int) int
	// after is called after each reply.
	after func(n int)
}

func (s *slotted) Load(context.Context, llm.Model) error             { return nil }
func (s *slotted) Unload(context.Context, llm.Model) error           { return nil }
func (s *slotted) Resident(context.Context, llm.Model) (bool, error) { return false, nil }
func (s *slotted) Probe(context.Context) error                       { return nil }

func (s *slotted) acquire(ctx context.Context) error {
	s.mu.Lock()
	if s.active < s.slots && len(s.queue) == 0 {
		s.active++
		s.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	s.queue = append(s.queue, turn)
	s.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// next gives free slots to those that wait. The caller holds s.mu.
func (s *slotted) next() {
	for s.active < s.slots && len(s.queue) > 0 {
		close(s.queue[0])
		s.queue = s.queue[1:]
		s.active++
	}
}

func (s *slotted) release() {
	s.mu.Lock()
	s.active--
	s.replies++
	n := s.replies
	s.next()
	s.mu.Unlock()
	if s.after != nil {
		s.after(n)
	}
}

func (s *slotted) set(slots int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slots = slots
	s.next()
}

// reads is how long the next prompt takes.
func (s *slotted) reads() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.read++; s.cached > 0 && s.read > s.slots {
		return s.cached
	}
	return s.prompt
}

func (s *slotted) pause() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.enough == 0 || s.active <= s.enough {
		return s.token
	}
	return s.token * time.Duration(s.active) / time.Duration(s.enough)
}

func (s *slotted) Generate(ctx context.Context, req llm.Request, fn func(llm.Chunk) error) (llm.Usage, error) {
	if err := s.acquire(ctx); err != nil {
		return llm.Usage{}, err
	}
	defer s.release()
	reading := s.reads()
	time.Sleep(reading)
	var b strings.Builder
	b.WriteString("TITLE: A day at sea\n\n")
	for i := range s.tokens(int(req.Seed)) {
		fmt.Fprintf(&b, "wave%x ", (i+1)*int(req.Seed%9973+7))
	}
	text := b.String() + "\n\n</END>"
	n := 0
	for _, word := range strings.SplitAfter(text, " ") {
		if n++; n > 1 {
			time.Sleep(s.pause())
		}
		if ctx.Err() != nil {
			return llm.Usage{}, context.Cause(ctx)
		}
		if err := fn(llm.Chunk{Content: word}); err != nil {
			break
		}
	}
	return llm.Usage{EvalCount: n, PromptEvalCount: 10, PromptEvalSeconds: reading.Seconds(), DoneReason: "stop"}, nil
}

// tuning is what a run found: after how many replies, how often it was something
// else, and how long the run took.
type tuning struct {
	workers, slots, replies, times int
	took                           time.Duration
}

func tune(t *testing.T, s *slotted, workers, jobs int) (found tuning) {
	t.Helper()
	var mu sync.Mutex
	e := &batch.Engine{Lanes: []batch.Lane{{Generator: s, Workers: workers}}, Events: func(ev batch.Event) {
		if ev, ok := ev.(batch.Tuned); ok {
			mu.Lock()
			defer mu.Unlock()
			if ev.Slots != found.slots {
				found.times++
				s.mu.Lock()
				found.replies = s.replies
				s.mu.Unlock()
			}
			found.workers, found.slots = ev.Workers, ev.Slots
		}
	}}
	began, sink := time.Now(), &kept{}
	if err := e.Run(t.Context(), phases(t, jobs, "a"), sink); err != nil || sink.count(record.Done) != jobs {
		t.Fatalf("%d posts, %v", sink.count(record.Done), err)
	}
	found.took = time.Since(began)
	return found
}

// lengths are between 150 and 450 tokens.
func lengths(seed int) int { return 150 + (seed%301+301)%301 }

func TestTheSlotsOfAServerAreFound(t *testing.T) {
	for _, slots := range []int{1, 2, 3, 4, 8, 16} {
		for _, cached := range []time.Duration{0, 40 * time.Millisecond} {
			t.Run(fmt.Sprint(slots, cached), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					made := func() *slotted {
						s := &slotted{slots: slots, prompt: 300 * time.Millisecond, token: 20 * time.Millisecond, tokens: lengths, cached: cached}
						if cached > 0 {
							s.prompt = 3 * time.Second
						}
						return s
					}
					jobs := 60 * slots
					found := tune(t, made(), 0, jobs)
					if found.slots != slots || found.workers != slots+1 || found.replies > 2*slots || found.times != 1 {
						t.Errorf("found %d slots after %d replies, %d times, %d workers", found.slots, found.replies, found.times, found.workers)
					}
					if cached > 0 && slots > 4 {
						return // what is left to compare costs seconds
					}
					best := time.Duration(0)
					for _, fixed := range []int{slots, slots + 1, slots + 2} {
						if took := tune(t, made(), fixed, jobs).took; best == 0 || took < best {
							best = took
						}
					}
					ratio := found.took.Seconds() / best.Seconds()
					t.Logf("%d replies, %.3f of the best fixed number's time", found.replies, ratio)
					if ratio > 1.02 {
						t.Errorf("the run took %s, with the best fixed number %s", found.took, best)
					}
				})
			})
		}
	}
}

func TestOtherSlotsAreNoticed(t *testing.T) {
	for _, c := range [][2]int{{4, 1}, {1, 4}, {8, 3}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &slotted{slots: c[0], prompt: 300 * time.Millisecond, token: 20 * time.Millisecond, tokens: lengths}
				s.after = func(n int) {
					if n == 40 {
						s.set(c[1])
					}
				}
				if found := tune(t, s, 0, 100); found.slots != c[1] || found.workers != c[1]+1 {
					t.Errorf("found %d slots, %d workers", found.slots, found.workers)
				}
			})
		})
	}
}

// A server whose streams share what six can use is not asked for thirty-two.
func TestWorkersStopGrowingWhereThroughputDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slotted{slots: 64, prompt: 100 * time.Millisecond, token: 20 * time.Millisecond, tokens: lengths, enough: 6}
		found := tune(t, s, 0, 300)
		if found.slots != 0 || found.workers != 8 {
			t.Errorf("%d workers, %d slots", found.workers, found.slots)
		}
	})
}

// A number that was given stays, and the slots are counted all the same.
func TestAGivenNumberOfWorkersStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slotted{slots: 2, prompt: 100 * time.Millisecond, token: 20 * time.Millisecond, tokens: lengths}
		if found := tune(t, s, 6, 60); found.slots != 2 || found.workers != 6 {
			t.Errorf("%d workers, %d slots", found.workers, found.slots)
		}
	})
}
