package run

import (
	"context"
	"sort"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/record"
)

// reasonCounts counts why jobs were rejected, in this run and in earlier ones: each
// problem of a job's last reply once, or its error.
type reasonCounts struct {
	problems map[string]*record.ProblemCount
	// waiting are jobs of earlier runs, looked up many at a time.
	waiting []string
}

func newReasons() *reasonCounts { return &reasonCounts{problems: map[string]*record.ProblemCount{}} }

// earlier counts a job that an earlier run rejected.
func (b *reasonCounts) earlier(ctx context.Context, l *ledger.Ledger, id string) error {
	if b.waiting = append(b.waiting, id); len(b.waiting) < plan.ChunkSize {
		return nil
	}
	return b.flush(ctx, l)
}

// flush looks up the jobs that wait.
func (b *reasonCounts) flush(ctx context.Context, l *ledger.Ledger) error {
	last, err := l.Last(ctx, b.waiting)
	if err != nil {
		return err
	}
	for _, id := range b.waiting {
		// A job without an attempt has a zero one: its error is all there is.
		a := last[id]
		b.add(a.Problems, a.Error)
	}
	b.waiting = b.waiting[:0]
	return nil
}

// result counts a job that was rejected now.
func (b *reasonCounts) result(res *record.Result) { b.add(res.Problems(), res.Reason) }

func (b *reasonCounts) add(problems []contract.Problem, reason string) {
	if len(problems) == 0 {
		b.count(record.RequestFailed, reason)
	}
	seen := map[contract.ProblemCode]bool{}
	for _, p := range problems {
		if seen[p.Code] {
			continue
		}
		seen[p.Code] = true
		b.count(p.Code.String(), p.Message)
	}
}

func (b *reasonCounts) count(code, message string) {
	if b.problems[code] == nil {
		b.problems[code] = &record.ProblemCount{Code: code, Message: message}
	}
	b.problems[code].N++
}

// list has the most frequent first.
func (b *reasonCounts) list() []record.ProblemCount {
	var all []record.ProblemCount
	for _, p := range b.problems {
		all = append(all, *p)
	}
	sort.Slice(all, func(i, j int) bool {
		return all[i].N > all[j].N || all[i].N == all[j].N && all[i].Code < all[j].Code
	})
	return all
}
