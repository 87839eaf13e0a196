package fleet

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

// flood has workers do jobs that take no time, and returns how long it took and
// the most memory that was in use, in bytes.
func flood(t testing.TB, workers, jobs int) (took time.Duration, most uint64) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &counting{seen: map[string]bool{}}
	c.AckWait = 30 * time.Second
	c.Note = func(string, ...any) {}
	g := &countless{}
	began := time.Now()
	var all sync.WaitGroup
	for i := range workers {
		ended := work(t, t.Context(), fmt.Sprint("w", i), s.url(), &machine{Generator: g, workers: 1}, func(w *Worker) { w.Note = func(string, ...any) {} })
		all.Go(func() {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
	over := make(chan struct{})
	var looking sync.WaitGroup
	looking.Go(func() {
		ticker := time.NewTicker(200 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			case <-over:
				return
			}
		}
	})
	if err := c.Run(t.Context(), phases(t, jobs, nil, "a"), sink); err != nil {
		t.Fatal(err)
	}
	took = time.Since(began)
	close(over)
	looking.Wait()
	all.Wait()
	if len(sink.seen) != jobs || sink.twice > 0 {
		t.Errorf("%d jobs have a result, %d of them twice; there are %d", len(sink.seen), sink.twice, jobs)
	}
	return took, most
}

func TestManyWorkersShareOneRun(t *testing.T) {
	took, _ := flood(t, 30, 600)
	t.Logf("600 jobs with 30 workers: %s", took)
}

// BenchmarkAThousandWorkers is for docs/fleet.md.
func BenchmarkAThousandWorkers(b *testing.B) {
	for _, jobs := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(jobs), func(b *testing.B) {
			for b.Loop() {
				took, most := flood(b, 1000, jobs)
				b.ReportMetric(float64(jobs)/took.Seconds(), "posts/s")
				b.ReportMetric(float64(most)/(1<<20), "MiB")
			}
		})
	}
}
