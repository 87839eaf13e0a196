package batch_test

import (
	"context"
	"errors"
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
