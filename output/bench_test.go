package output_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

// BenchmarkSink saves posts of 6 KB, one by one and so many at once, in turns, on
// the disk of the working folder: a temporary folder may be in memory. It reports
// how many posts a second become durable.
func BenchmarkSink(b *testing.B) {
	for _, callers := range []int{2, 8, 64, 256} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s, n := benchSink(b), 0
			var alone, together time.Duration
			const few = 32
			many := max(512, 4*callers)
			for b.Loop() {
				n++
				alone += saveAll(b, s, fmt.Sprint("alone-", n), few, 1)
				together += saveAll(b, s, fmt.Sprint("together-", n), many, callers)
			}
			one, all := float64(n*few)/alone.Seconds(), float64(n*many)/together.Seconds()
			b.ReportMetric(one, "alone-posts/s")
			b.ReportMetric(all, "together-posts/s")
			b.ReportMetric(all/one, "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// benchSink is a sink on the disk of the working folder.
func benchSink(b *testing.B) *output.Sink {
	b.Helper()
	dir, err := os.MkdirTemp(".", "bench-*.tmp")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	f, err := output.Open(filepath.Join(dir, "posts"), "bench")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = f.Close() })
	l, err := ledger.Open(f.LedgerPath())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	return &output.Sink{Folder: f, Ledger: l, RunID: 1}
}

// saveAll saves n posts from so many goroutines and returns how long that took.
func saveAll(b *testing.B, s *output.Sink, name string, n, callers int) time.Duration {
	b.Helper()
	body := strings.Repeat("The harbour is quiet in the morning, and the boats lie still.\n\n", 100)
	setup := strings.Repeat("An article has a title, and a body of several sections. ", 200)
	todo := make(chan int)
	var all sync.WaitGroup
	begun := time.Now()
	for range callers {
		all.Go(func() {
			for i := range todo {
				r := result(fmt.Sprintf("%s-%d", name, i), "A day at sea", body)
				r.Slug, r.Attempts[0].Reply = r.ID, body
				// A prompt of 1.5 KB, as the built-in ones are.
				r.Made = &record.Made{Setup: setup, Sent: `{"user":"` + r.ID + setup[:1500] + `"}`, Columns: `{"topic":"` + r.ID + `"}`}
				if _, err := s.Save(b.Context(), r); err != nil || r.Status != record.Done {
					b.Errorf("%s: %s, %v", r.ID, r.Status, err)
				}
			}
		})
	}
	for i := range n {
		todo <- i
	}
	close(todo)
	all.Wait()
	return time.Since(begun)
}
