package batch_test

import (
	"context"
	"errors"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

func TestAPanicInAWorkerEndsTheRunWithWhatIsThereSaved(t *testing.T) {
	server := &scripted{}
	server.answer = func(ctx context.Context, n int, req llm.Request) (string, llm.Usage, error) {
		if n == 3 {
			panic("a fault in the program")
		}
		return always(wellFormed)(ctx, n, req)
	}
	sink := &kept{}
	e := &batch.Engine{Lanes: lane(server, 1), Clock: instant()}
	err := e.Run(t.Context(), phases(t, 5, "a"), sink)
	if c, ok := errors.AsType[*crash.Error](err); !ok || len(c.Stack) == 0 {
		t.Fatalf("the run ended with %v", err)
	}
	if sink.count(record.Done) != 2 {
		t.Errorf("%d posts saved, want the 2 before it", sink.count(record.Done))
	}
}

// panicking is a sink with a fault.
type panicking struct{ kept }

func (p *panicking) Put(context.Context, *record.Result) error { panic("a fault in the sink") }

func TestAPanicInTheSinkEndsTheRun(t *testing.T) {
	server := &scripted{answer: always(wellFormed)}
	e := &batch.Engine{Lanes: lane(server, 2), Clock: instant()}
	err := e.Run(t.Context(), phases(t, 20, "a"), &panicking{})
	if _, ok := errors.AsType[*crash.Error](err); !ok {
		t.Fatalf("the run ended with %v", err)
	}
}
