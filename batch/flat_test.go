package batch_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// forgetful is a server that answers at once and remembers nothing. Now and
// then its model crashes, so that gates close and open as well.
type forgetful struct{ asked int }

func (*forgetful) Load(context.Context, llm.Model) error             { return nil }
func (*forgetful) Unload(context.Context, llm.Model) error           { return nil }
func (*forgetful) Resident(context.Context, llm.Model) (bool, error) { return false, nil }
func (*forgetful) Probe(context.Context) error                       { return nil }

func (f *forgetful) Generate(_ context.Context, _ llm.Request, fn func(llm.Chunk) error) (llm.Usage, error) {
	if f.asked++; f.asked%100 == 0 {
		return llm.Usage{}, trouble(llm.Crash, "unexpected EOF")
	}
	if err := fn(llm.Chunk{Content: wellFormed}); err != nil && !errors.Is(err, llm.ErrStop) {
		return llm.Usage{}, err
	}
	return whole, nil
}

// measuring is a sink that keeps nothing but what the process holds, each so
// many results.
type measuring struct {
	mu               sync.Mutex
	every, n         int
	goroutines, heap []int
}

func (m *measuring) SaveAttempt(context.Context, *batch.Job, *record.Attempt) error { return nil }

func (m *measuring) Put(context.Context, *record.Result) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.n++; m.n%m.every == 0 {
		var s runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&s)
		m.goroutines = append(m.goroutines, runtime.NumGoroutine())
		m.heap = append(m.heap, int(s.HeapAlloc))
	}
	return nil
}

func TestAnEngineHoldsAtTheEndOfManyJobsWhatItHeldAtTheBeginning(t *testing.T) {
	const jobs, samples = 2000, 40
	m := &measuring{every: jobs / samples}
	e := &batch.Engine{Lanes: lane(&forgetful{}, 1), Clock: instant()}
	if err := e.Run(t.Context(), phases(t, jobs, "a"), m); err != nil {
		t.Fatal(err)
	}
	if len(m.heap) != samples {
		t.Fatalf("%d samples, want %d", len(m.heap), samples)
	}
	for what, all := range map[string][]int{"goroutines": m.goroutines, "heap": m.heap} {
		// The least, because a reply under way takes as much as all the rest;
		// what is not given back shows in the least too.
		first, last := slices.Min(all[:samples/4]), slices.Min(all[samples*3/4:])
		if last > first*3/2 {
			t.Errorf("%s: %d in the first quarter, %d in the last", what, first, last)
		}
	}
}

// assembled is a server that begins to answer once all streams of the run are there,
// or the run comes to its end, so that they are all under way at once.
type assembled struct {
	llm.Generator
	streams *atomic.Int64
	all     int64
	there   chan struct{}
}

func (assembled) Load(context.Context, llm.Model) error   { return nil }
func (assembled) Unload(context.Context, llm.Model) error { return nil }
func (assembled) Probe(context.Context) error             { return nil }

func (g assembled) Generate(ctx context.Context, _ llm.Request, fn func(llm.Chunk) error) (llm.Usage, error) {
	if g.streams.Add(1) == g.all {
		close(g.there)
	}
	select {
	case <-g.there:
	case <-ctx.Done():
		return llm.Usage{}, context.Cause(ctx)
	}
	if err := fn(llm.Chunk{Content: wellFormed}); err != nil && !errors.Is(err, llm.ErrStop) {
		return llm.Usage{}, err
	}
	return whole, nil
}

// Sixteen servers with 64 streams each hold at the end what they held once all
// streams were there.
func TestSixteenServersWithSixtyFourStreamsHoldNoMoreAtTheEnd(t *testing.T) {
	const servers, streams, jobs, samples = 16, 64, 4096, 16
	m := &measuring{every: jobs / samples}
	g := assembled{streams: &atomic.Int64{}, all: servers * streams, there: make(chan struct{})}
	e := &batch.Engine{}
	for i := range servers {
		e.Lanes = append(e.Lanes, batch.Lane{Name: fmt.Sprint(i), Generator: g, Workers: streams})
	}
	if err := e.Run(t.Context(), counted(t, jobs, "a"), m); err != nil {
		t.Fatal(err)
	}
	if len(m.heap) != samples {
		t.Fatalf("%d samples, want %d", len(m.heap), samples)
	}
	t.Logf("%d streams; heap in KB: %d after the first samples, %d at the end", servers*streams, slices.Max(m.heap[:samples/4])/1000, slices.Max(m.heap[samples*3/4:])/1000)
	for what, all := range map[string][]int{"goroutines": m.goroutines, "heap": m.heap} {
		first, last := slices.Max(all[:samples/4]), slices.Max(all[samples*3/4:])
		if last > first*5/4 {
			t.Errorf("%s: %d in the first quarter, %d in the last", what, first, last)
		}
	}
}
