package batch_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
)

// stuck is a server on which one kind of request hangs until its context ends.
type stuck struct {
	*scripted
	on      string
	hanging chan struct{} // receives when it hangs
}

func (s *stuck) hang(ctx context.Context, what string) error {
	if s.on != what {
		return nil
	}
	s.hanging <- struct{}{}
	<-ctx.Done()
	return context.Cause(ctx)
}

func (s *stuck) Load(ctx context.Context, m llm.Model) error {
	if err := s.hang(ctx, "load"); err != nil {
		return err
	}
	return s.scripted.Load(ctx, m)
}

func (s *stuck) Unload(ctx context.Context, m llm.Model) error {
	if err := s.hang(ctx, "unload"); err != nil {
		return err
	}
	return s.scripted.Unload(ctx, m)
}

func (s *stuck) Resident(ctx context.Context, m llm.Model) (bool, error) {
	if err := s.hang(ctx, "resident"); err != nil {
		return false, err
	}
	return s.scripted.Resident(ctx, m)
}

func (s *stuck) Probe(ctx context.Context) error {
	if err := s.hang(ctx, "probe"); err != nil {
		return err
	}
	return s.scripted.Probe(ctx)
}

// failing are faults after which a run asks what may hang.
var failing = map[string]*llm.Fault{
	"load":     nil,
	"unload":   trouble(llm.Hang, "no answer came"),
	"resident": trouble(llm.Hang, "no answer came"),
	"probe":    {Kind: llm.FaultPause, Err: errors.New("connection refused")},
}

// hungRun begins a run that is to end while a request hangs. end is called once
// it does.
func hungRun(t *testing.T, on string, e *batch.Engine, end func()) error {
	t.Helper()
	server := &stuck{on: on, hanging: make(chan struct{}, 9), scripted: &scripted{
		answer: func(context.Context, int, llm.Request) (string, llm.Usage, error) {
			return "", llm.Usage{}, failing[on]
		},
	}}
	if failing[on] == nil {
		server.answer = always(wellFormed)
	}
	e.Lanes = lane(server, 0)
	ended := make(chan error, 1)
	go func() { ended <- e.Run(context.Background(), phases(t, 3, "a"), &kept{}) }()
	<-server.hanging
	end()
	select {
	case err := <-ended:
		return err
	case <-time.After(30 * time.Second):
		t.Fatal("the run hangs")
		return nil
	}
}

// soon is a clock on which nothing but the waits between requests goes faster.
func soon() batch.Clock {
	return batch.Clock{After: func(time.Duration) <-chan time.Time {
		c := make(chan time.Time, 1)
		c <- time.Time{}
		return c
	}}
}

func TestARunWhoseServerHangsEndsWhenItIsStopped(t *testing.T) {
	for on := range failing {
		t.Run(on, func(t *testing.T) {
			t.Parallel()
			stop := make(chan struct{})
			err := hungRun(t, on, &batch.Engine{Stop: stop, Clock: soon()}, func() { close(stop) })
			if !errors.Is(err, batch.ErrStopped) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestARunWhoseServerHangsEndsInTime(t *testing.T) {
	for on := range failing {
		t.Run(on, func(t *testing.T) {
			t.Parallel()
			e := &batch.Engine{Until: time.Now().Add(300 * time.Millisecond), Clock: soon()}
			if err := hungRun(t, on, e, func() {}); !errors.Is(err, batch.ErrUntil) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestPatienceEndsWhileTheServerHangs(t *testing.T) {
	e := &batch.Engine{Patience: 200 * time.Millisecond, Clock: soon()}
	if err := hungRun(t, "probe", e, func() {}); !errors.Is(err, batch.ErrPatience) {
		t.Errorf("%v", err)
	}
}
