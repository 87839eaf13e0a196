package fleet

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A process of workers is this test's own program, with where the coordinator is and
// how many workers it has in its environment.
const floodURL, floodWorkers = "NIGHTPRESS_FLOOD_URL", "NIGHTPRESS_FLOOD_WORKERS"

// beWorkers runs workers whose generator answers at once, until the run is over.
func beWorkers(url string) error {
	n, err := strconv.Atoi(os.Getenv(floodWorkers))
	if err != nil {
		return err
	}
	ends := make(chan error, n)
	for i := range n {
		w := &Worker{
			Address: Address{URLs: []string{url}}, Prefix: "np", Name: fmt.Sprint("w", os.Getpid(), "-", i), Machine: "here", Version: "1",
			Servers: &machine{Generator: &countless{}, workers: 1}, Once: true, Patience: 5 * time.Minute, Note: func(string, ...any) {},
		}
		go func() { ends <- w.Run(context.Background()) }()
	}
	for range n {
		if err := <-ends; err != nil {
			return err
		}
	}
	return nil
}

// flooded is what a flood measured.
type flooded struct {
	took time.Duration
	// early and late are the most memory that the coordinator with its server used
	// while it had up to a half of the posts, and after, in bytes.
	early, late uint64
	// cpu is the processor's time of the coordinator with its server; 0 where the
	// system does not say.
	cpu time.Duration
}

// flood has workers in so many other processes do jobs that take no time.
func flood(t testing.TB, processes, workers, jobs int) (f flooded) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &counting{seen: map[string]bool{}}
	c.Note = func(string, ...any) {}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	before := cpuTime()
	began := time.Now()
	var others sync.WaitGroup
	for range processes {
		cmd := exec.Command(program)
		cmd.Env = append(os.Environ(), floodURL+"="+s.url(), fmt.Sprint(floodWorkers, "=", workers/processes), "GOGC=400")
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		others.Go(func() {
			if err := cmd.Wait(); err != nil {
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
				if sink.count() < jobs/2 {
					f.early = max(f.early, m.HeapInuse)
				} else {
					f.late = max(f.late, m.HeapInuse)
				}
			case <-over:
				return
			}
		}
	})
	if err := c.Run(t.Context(), phases(t, jobs, nil, "a"), sink); err != nil {
		t.Fatal(err)
	}
	f.took, f.cpu = time.Since(began), cpuTime()-before
	close(over)
	looking.Wait()
	others.Wait()
	if len(sink.seen) != jobs || sink.twice > 0 {
		t.Errorf("%d jobs have a result, %d of them twice; there are %d", len(sink.seen), sink.twice, jobs)
	}
	return f
}

// cpuTime is this process's, as Linux says it in hundredths of a second.
func cpuTime() time.Duration {
	text, err := os.ReadFile("/proc/self/stat")
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if err != nil || len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

func TestManyWorkersShareOneRun(t *testing.T) {
	t.Parallel()
	f := flood(t, 2, 30, 600)
	t.Logf("600 jobs with 30 workers: %+v", f)
}

// BenchmarkAThousandWorkers is for docs/fleet.md.
func BenchmarkAThousandWorkers(b *testing.B) {
	for _, jobs := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(jobs), func(b *testing.B) {
			for b.Loop() {
				f := flood(b, 2, 1000, jobs)
				b.ReportMetric(float64(jobs)/f.took.Seconds(), "posts/s")
				b.ReportMetric(float64(f.cpu.Microseconds())/float64(jobs), "coordinator-us/post")
				b.ReportMetric(float64(f.early)/(1<<20), "MiB-early")
				b.ReportMetric(float64(f.late)/(1<<20), "MiB-late")
			}
		})
	}
}
