package batch_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// withPast gives every job the attempts of an earlier run.
func withPast(all iter.Seq2[*batch.Phase, error], past []record.Attempt) iter.Seq2[*batch.Phase, error] {
	return func(yield func(*batch.Phase, error) bool) {
		for p, err := range all {
			jobs := p.Jobs
			p.Jobs = func(yield func(*batch.Job, error) bool) {
				for j, err := range jobs {
					j.Past = past
					if !yield(j, err) {
						return
					}
				}
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

func TestAJobThatWasInterruptedAfterTwoAttemptsGoesOnWithTheThird(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("interrupted")
	server := &scripted{answer: func(ctx context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
		if n == 3 {
			cancel(interrupted)
			<-ctx.Done()
			return "TITLE: A", llm.Usage{}, ctx.Err()
		}
		return "I have no title.\n</END>", llm.Usage{DoneReason: "stop"}, nil
	}}
	first := &kept{}
	if err := (&batch.Engine{Lanes: lane(server, 1)}).Run(ctx, phases(t, 1, "a"), first); !errors.Is(err, interrupted) {
		t.Fatal(err)
	}
	if len(first.results) != 0 || len(first.attempts) != 2 || first.attempts[1].N != 2 {
		t.Fatalf("kept %+v, results %+v", first.attempts, first.results)
	}

	again := &scripted{answer: always(wellFormed)}
	second := &kept{}
	if err := (&batch.Engine{Lanes: lane(again, 1)}).Run(t.Context(), withPast(phases(t, 1, "a"), first.attempts), second); err != nil {
		t.Fatal(err)
	}
	r := second.results[0]
	if r.Status != record.Done || len(r.Attempts) != 3 || r.Earlier != 2 || r.Attempts[2].N != 3 {
		t.Errorf("result: %+v", r)
	}
	if len(again.requests) != 1 || again.requests[0].Seed != server.requests[2].Seed {
		t.Error("the third attempt was not asked for as it would have been")
	}
}

func TestAttemptsOfEarlierRunsUseUpAJob(t *testing.T) {
	server := &scripted{answer: always(wellFormed)}
	sink := &kept{}
	past := []record.Attempt{{N: 1, Error: "stream ended early"}, {N: 2, Error: "stream ended early"}}
	if err := (&batch.Engine{Lanes: lane(server, 0), Attempts: 2}).Run(t.Context(), withPast(phases(t, 1, "a"), past), sink); err != nil {
		t.Fatal(err)
	}
	if r := sink.results[0]; r.Status != record.Rejected || len(server.requests) != 0 || len(r.Attempts) != 2 {
		t.Errorf("%s after %d requests", r.Status, len(server.requests))
	}
}

func TestTheAttemptThatEndsAJobComesWithItsResultAlone(t *testing.T) {
	server := &scripted{answer: always("I have no title.\n</END>")}
	sink := &kept{}
	if err := (&batch.Engine{Lanes: lane(server, 0), Attempts: 3}).Run(t.Context(), phases(t, 1, "a"), sink); err != nil {
		t.Fatal(err)
	}
	var kept []int
	for _, a := range sink.attempts {
		kept = append(kept, a.N)
	}
	if !slices.Equal(kept, []int{1, 2}) || len(sink.results[0].Attempts) != 3 {
		t.Errorf("kept %v, and %d with the result", kept, len(sink.results[0].Attempts))
	}
}

// gathering is a sink that has nothing durable before it has so many results.
type gathering struct {
	kept
	all sync.WaitGroup
}

func (g *gathering) Put(ctx context.Context, r *record.Result) error {
	g.all.Done()
	g.all.Wait()
	return g.kept.Put(ctx, r)
}

func TestASlowSinkHoldsUpNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{answer: always(wellFormed)}
		sink := &gathering{}
		sink.all.Add(40)
		// Were a worker to wait for its post, the test would wait forever.
		if err := (&batch.Engine{Lanes: lane(server, 1)}).Run(t.Context(), phases(t, 40, "a"), sink); err != nil {
			t.Fatal(err)
		}
		if len(sink.results) != 40 {
			t.Errorf("%d results", len(sink.results))
		}
	})
}

// late is a sink that keeps an attempt only once nothing else happens.
type late struct{ kept }

func (l *late) SaveAttempt(ctx context.Context, j *batch.Job, a *record.Attempt) error {
	synctest.Wait()
	return l.kept.SaveAttempt(ctx, j, a)
}

func (l *late) Put(ctx context.Context, r *record.Result) error {
	l.mu.Lock()
	n := len(l.attempts)
	l.mu.Unlock()
	if n != len(r.Attempts)-1 {
		return fmt.Errorf("%d of %d attempts are durable before the result is given", n, len(r.Attempts)-1)
	}
	return l.kept.Put(ctx, r)
}

func TestTheRecordsOfAJobFollowEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{answer: always("I have no title.\n</END>")}
		sink := &late{}
		if err := (&batch.Engine{Lanes: lane(server, 1), Attempts: 3}).Run(t.Context(), phases(t, 1, "a"), sink); err != nil {
			t.Fatal(err)
		}
		var kept []int
		for _, a := range sink.attempts {
			kept = append(kept, a.N)
		}
		if !slices.Equal(kept, []int{1, 2}) {
			t.Errorf("kept %v", kept)
		}
	})
}
