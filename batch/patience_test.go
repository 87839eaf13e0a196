package batch_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

func TestAServerThatIsAwayCostsNoAttempt(t *testing.T) {
	away := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
	server := &scripted{answer: func(_ context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
		if n <= 5 {
			return "", llm.Usage{}, away
		}
		return wellFormed, llm.Usage{DoneReason: "stop"}, nil
	}}
	sink := &kept{}
	var events []string
	e := &batch.Engine{Lanes: lane(server, 1), Attempts: 1, Clock: instant(), Events: func(ev batch.Event) {
		switch ev.(type) {
		case batch.Waiting:
			events = append(events, "waiting")
		case batch.Resumed:
			events = append(events, "resumed")
		}
	}}
	if err := e.Run(t.Context(), phases(t, 1, "a"), sink); err != nil {
		t.Fatal(err)
	}
	if sink.count(record.Done) != 1 || len(sink.results[0].Attempts) != 1 {
		t.Errorf("result: %+v", sink.results[0])
	}
	if got := strings.Join(events, " "); got != "waiting waiting waiting waiting waiting resumed" {
		t.Errorf("events: %s", got)
	}
}

func TestPatienceEnds(t *testing.T) {
	away := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
	server := &scripted{load: func(int) error { return away }}
	e := &batch.Engine{Lanes: lane(server, 0), Patience: 10 * time.Minute, Clock: instant()}
	err := e.Run(t.Context(), phases(t, 1, "a"), &kept{})
	if !errors.Is(err, batch.ErrPatience) || !errors.Is(err, away) {
		t.Errorf("error: %v", err)
	}
	// 1+2+4+8+16+32 seconds, then a minute each.
	if n := len(server.loads); n < 10 || n > 20 {
		t.Errorf("%d tries in ten minutes", n)
	}
}

// A person asks for fewer workers while a server is away. Those that have no seat
// any more have no job to notice by that the lane is out.
func TestPatienceEndsForWorkersWithoutASeat(t *testing.T) {
	away := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("HTTP 503")}
	server := &scripted{answer: func(context.Context, int, llm.Request) (string, llm.Usage, error) {
		return "", llm.Usage{}, away
	}}
	control := &batch.Control{}
	e := &batch.Engine{Lanes: lane(server, 4), Control: control, Patience: 10 * time.Minute, Clock: instant(), Events: func(ev batch.Event) {
		if _, waits := ev.(batch.Waiting); waits {
			control.SetWorkers("", 1)
		}
	}}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := e.Run(ctx, phases(t, 8, "a"), &kept{}); !errors.Is(err, batch.ErrPatience) || !errors.Is(err, away) {
		t.Errorf("error: %v", err)
	}
}

// asleep makes a clock on which the n-th pause takes eight hours longer.
func asleep(n int) batch.Clock {
	clock := instant()
	after, pauses := clock.After, 0
	clock.After = func(d time.Duration) <-chan time.Time {
		if pauses++; pauses == n {
			d += 8 * time.Hour
		}
		return after(d)
	}
	return clock
}

// The lid is closed at night while the server is away; in the morning it may be
// back, and is asked.
func TestATimeInWhichTheMachineSleptIsNotTakenFromPatience(t *testing.T) {
	away := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
	server := &scripted{answer: always(wellFormed), load: func(n int) error {
		if n <= 5 {
			return away
		}
		return nil
	}}
	var absent time.Duration
	e := &batch.Engine{Lanes: lane(server, 0), Patience: 3 * time.Minute, Clock: asleep(2), Events: func(ev batch.Event) {
		if r, ok := ev.(batch.Resumed); ok {
			absent = r.Away
		}
	}}
	sink := &kept{}
	if err := e.Run(t.Context(), phases(t, 1, "a"), sink); err != nil || sink.count(record.Done) != 1 {
		t.Errorf("%d posts, %v", sink.count(record.Done), err)
	}
	// 1+2+4+8+16 seconds, and the minute by which a pause may be late.
	if absent != 91*time.Second {
		t.Errorf("the server is said to have been away for %s", absent)
	}
}

// The machine may also sleep in the middle of a load: of that no more counts
// than a load may take.
func TestALoadInWhichTheMachineSleptTakesLittlePatience(t *testing.T) {
	away := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
	clock := instant()
	server := &scripted{answer: always(wellFormed), load: func(n int) error {
		if n == 2 {
			<-clock.After(8 * time.Hour)
		}
		if n <= 3 {
			return away
		}
		return nil
	}}
	e := &batch.Engine{Lanes: lane(server, 0), Patience: time.Hour, Clock: clock}
	sink := &kept{}
	if err := e.Run(t.Context(), phases(t, 1, "a"), sink); err != nil || sink.count(record.Done) != 1 {
		t.Errorf("%d posts, %v", sink.count(record.Done), err)
	}
}

// told is a sink that tells of each result.
type told struct {
	*kept
	put chan struct{}
}

func (s told) Put(ctx context.Context, r *record.Result) error {
	err := s.kept.Put(ctx, r)
	s.put <- struct{}{}
	return err
}

// One worker waits for a busy server, another's reply ends well meanwhile, and
// then the machine sleeps: the absence is over, and nothing of it is left.
func TestAnAbsenceThatEndedDuringASleepIsOver(t *testing.T) {
	busy := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("busy")}
	second, paused, sink := make(chan struct{}), make(chan struct{}), told{&kept{}, make(chan struct{}, 10)}
	server := &scripted{
		answer: func(_ context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
			switch n {
			case 1:
				<-second // is in progress
				return "", llm.Usage{}, busy
			case 2:
				close(second)
			}
			<-paused
			return wellFormed, whole, nil
		},
		probe: func(n int) error {
			if n == 1 {
				return busy
			}
			return nil
		},
	}
	clock := asleep(1)
	after, first := clock.After, true
	clock.After = func(d time.Duration) <-chan time.Time {
		if first {
			first = false
			close(paused)
			<-sink.put
		}
		return after(d)
	}
	e := &batch.Engine{Lanes: lane(server, 2), Patience: time.Hour, Clock: clock, Events: func(ev batch.Event) {
		if r, ok := ev.(batch.Resumed); ok && r.Away > time.Hour {
			t.Errorf("away for %s", r.Away)
		}
	}}
	if err := e.Run(t.Context(), phases(t, 6, "a"), sink); err != nil || sink.count(record.Done) != 6 {
		t.Errorf("%d posts, %v", sink.count(record.Done), err)
	}
}
