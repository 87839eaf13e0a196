package batch_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"sync"
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
		goroutines, heap := held()
		m.goroutines, m.heap = append(m.goroutines, goroutines), append(m.heap, heap)
	}
	return nil
}

// held is what the process holds now; heap is in bytes.
func held() (goroutines, heap int) {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return runtime.NumGoroutine(), int(s.HeapAlloc)
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
		// The least, because a reply in progress takes as much as all the rest;
		// what is not given back shows in the least too.
		first, last := slices.Min(all[:samples/4]), slices.Min(all[samples*3/4:])
		if last > first*3/2 {
			t.Errorf("%s: %d in the first quarter, %d in the last", what, first, last)
		}
	}
}

var long = flag.Bool("long", false, "run 16 servers with 64 streams each for 100 rounds")

// assembly is a server whose streams begin to answer together, once all of them are
// there. At that point each stream holds one job and no reply, so that what the process
// holds can be compared. It assembles them so many times, and then answers at once.
type assembly struct {
	llm.Generator
	streams, times   int
	mu               sync.Mutex
	arrived          int
	there            chan struct{}
	goroutines, heap []int
}

func (*assembly) Load(context.Context, llm.Model) error   { return nil }
func (*assembly) Unload(context.Context, llm.Model) error { return nil }
func (*assembly) Probe(context.Context) error             { return nil }

// wait returns what is closed once all streams are there, nil after the last time.
func (g *assembly) wait() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.heap) == g.times {
		return nil
	}
	there := g.there
	if g.arrived++; g.arrived == g.streams {
		goroutines, heap := held()
		g.goroutines, g.heap = append(g.goroutines, goroutines), append(g.heap, heap)
		g.arrived, g.there = 0, make(chan struct{})
		close(there)
	}
	return there
}

func (g *assembly) Generate(ctx context.Context, _ llm.Request, fn func(llm.Chunk) error) (llm.Usage, error) {
	if there := g.wait(); there != nil {
		select {
		case <-there:
		case <-ctx.Done():
			return llm.Usage{}, context.Cause(ctx)
		}
	}
	if err := fn(llm.Chunk{Content: wellFormed}); err != nil && !errors.Is(err, llm.ErrStop) {
		return llm.Usage{}, err
	}
	return whole, nil
}

// Sixteen servers with 64 streams each hold at the end what they held once all
// streams were there.
func TestSixteenServersWithSixtyFourStreamsHoldNoMoreAtTheEnd(t *testing.T) {
	const servers, streams = 16, 64
	times := 6
	if *long {
		times = 100
	}
	g := &assembly{streams: servers * streams, times: times, there: make(chan struct{})}
	e := &batch.Engine{}
	for i := range servers {
		e.Lanes = append(e.Lanes, batch.Lane{Name: fmt.Sprint(i), Generator: g, Workers: streams})
	}
	// No server leaves a job to another one while so many are left.
	jobs := (times + 2) * servers * streams
	if err := e.Run(t.Context(), counted(t, jobs, "a"), counting{func(*record.Result) {}}); err != nil {
		t.Fatal(err)
	}
	if len(g.heap) != times {
		t.Fatalf("all streams were there %d times, want %d", len(g.heap), times)
	}
	t.Logf("%d jobs, %d streams; heap in KB: %d the first time, %d the last, at most %d; goroutines: %d and %d", jobs, g.streams,
		g.heap[0]/1000, g.heap[times-1]/1000, slices.Max(g.heap)/1000, g.goroutines[0], g.goroutines[times-1])
	if each := g.heap[0] / g.streams; each > 50_000 {
		t.Errorf("a stream that waits for its reply holds %d bytes", each)
	}
	for what, all := range map[string][]int{"goroutines": g.goroutines, "heap": g.heap} {
		// At the same point, nothing but what is not given back makes a difference.
		first, last := median(all[:times/3]), median(all[times*2/3:])
		if last > first*21/20 {
			t.Errorf("%s: %d in the first third, %d in the last", what, first, last)
		}
	}
}

func median(all []int) int {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}
