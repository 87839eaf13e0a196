//go:build unix

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/ollama/ollamatest"
)

// BenchmarkWorkersThatAreFound compares runs that find the number of workers themselves
// with runs that have a fixed one near the number of slots, on real servers with one
// slot and with three. They take turns. The metric is the median time of the first over
// that of the best fixed number: the machine's speed does not matter.
func BenchmarkWorkersThatAreFound(b *testing.B) {
	const topics, rounds = 40, 3
	for slots, fixed := range map[int][]string{1: {"1", "2"}, 3: {"2", "3", "4"}} {
		b.Run(fmt.Sprint("slots-", slots), func(b *testing.B) {
			addr := serverWith(b, slots)
			took := map[string][]time.Duration{}
			for range b.N {
				for range rounds {
					for _, workers := range append(fixed, "auto") {
						spent, _ := runOn(b, addr, topics, workers)
						took[workers] = append(took[workers], spent)
					}
				}
			}
			median := func(workers string) time.Duration {
				all := slices.Sorted(slices.Values(took[workers]))
				return all[len(all)/2]
			}
			var best time.Duration
			for workers := range took {
				if one := median(workers); workers != "auto" && (best == 0 || one < best) {
					best = one
				}
				b.ReportMetric(median(workers).Seconds(), "s-with-"+workers)
			}
			b.ReportMetric(median("auto").Seconds()/best.Seconds(), "x-of-best-fixed")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkEightStreams measures the memory of a run with eight requests in progress on a
// real server.
func BenchmarkEightStreams(b *testing.B) {
	addr := serverWith(b, 8)
	var most float64
	for range b.N {
		_, peak := runOn(b, addr, 120, "8")
		most = max(most, peak)
	}
	b.ReportMetric(most, "peak-MB")
	b.ReportMetric(0, "ns/op")
}

// serverWith starts a server with so many slots and the rehearsal models.
func serverWith(b *testing.B, slots int) (addr string) {
	b.Helper()
	home := b.TempDir()
	server, err := ollamatest.Start(b.Context(), home, "", fmt.Sprint("OLLAMA_NUM_PARALLEL=", slots))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Stop() })
	if r := finish(commandOn(server.Addr(), home, "rehearse")); r.code != 0 {
		b.Fatalf("rehearse: %s", r.stderr)
	}
	return server.Addr()
}

func commandOn(addr, dir string, args ...string) *exec.Cmd {
	cmd := command(dir, args...)
	cmd.Env = append(cmd.Env, "OLLAMA_HOST="+addr)
	return cmd
}

// runOn makes posts in a folder of their own. It returns how long that took, and the
// memory at its peak in megabytes.
func runOn(b *testing.B, addr string, topics int, workers string) (took time.Duration, peak float64) {
	b.Helper()
	dir, err := os.MkdirTemp(b.TempDir(), "run")
	if err != nil {
		b.Fatal(err)
	}
	writeTopics(b, filepath.Join(dir, "topics.csv"), topics)
	cmd := commandOn(addr, dir, "run", "topics.csv", "-m", "rehearsal-steady", "-j", workers, "--quiet")
	began := time.Now()
	if r := finish(cmd); r.code != 0 {
		b.Fatalf("exit %d: %s", r.code, r.stderr)
	}
	took = time.Since(began)
	bytes := float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	if runtime.GOOS != "darwin" {
		bytes *= 1024 // Linux counts in KiB
	}
	return took, bytes / 1e6
}
