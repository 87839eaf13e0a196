package batch_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
)

func TestAServerThatIsAwayCostsNoAttempt(t *testing.T) {
	away := &batch.Fault{Kind: batch.FaultPause, Err: errors.New("connection refused")}
	server := &scripted{answer: func(_ context.Context, n int, _ batch.Request) (string, batch.Usage, error) {
		if n <= 5 {
			return "", batch.Usage{}, away
		}
		return wellFormed, batch.Usage{DoneReason: "stop"}, nil
	}}
	sink := &kept{}
	var events []string
	e := &batch.Engine{Generator: server, Workers: 1, Attempts: 1, Clock: instant(), Events: func(ev batch.Event) {
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
	if sink.count(batch.Done) != 1 || len(sink.results[0].Attempts) != 1 {
		t.Errorf("result: %+v", sink.results[0])
	}
	if got := strings.Join(events, " "); got != "waiting waiting waiting waiting waiting resumed" {
		t.Errorf("events: %s", got)
	}
}

func TestPatienceEnds(t *testing.T) {
	away := &batch.Fault{Kind: batch.FaultPause, Err: errors.New("connection refused")}
	server := &scripted{load: func(int) error { return away }}
	e := &batch.Engine{Generator: server, Patience: 10 * time.Minute, Clock: instant()}
	err := e.Run(t.Context(), phases(t, 1, "a"), &kept{})
	if !errors.Is(err, batch.ErrPatience) || !errors.Is(err, away) {
		t.Errorf("error: %v", err)
	}
	// 1+2+4+8+16+32 seconds, then a minute each.
	if n := len(server.loads); n < 10 || n > 20 {
		t.Errorf("%d tries in ten minutes", n)
	}
}

// The lid is closed at night while the server is away; in the morning it may be
// back, and is asked.
func TestATimeInWhichTheMachineSleptIsNotTakenFromPatience(t *testing.T) {
	away := &batch.Fault{Kind: batch.FaultPause, Err: errors.New("connection refused")}
	server := &scripted{answer: always(wellFormed), load: func(n int) error {
		if n <= 5 {
			return away
		}
		return nil
	}}
	clock := instant()
	after, pauses := clock.After, 0
	clock.After = func(d time.Duration) <-chan time.Time {
		if pauses++; pauses == 2 {
			d += 8 * time.Hour
		}
		return after(d)
	}
	var absent time.Duration
	e := &batch.Engine{Generator: server, Patience: 2 * time.Minute, Clock: clock, Events: func(ev batch.Event) {
		if r, ok := ev.(batch.Resumed); ok {
			absent = r.Away
		}
	}}
	sink := &kept{}
	if err := e.Run(t.Context(), phases(t, 1, "a"), sink); err != nil || sink.count(batch.Done) != 1 {
		t.Errorf("%d posts, %v", sink.count(batch.Done), err)
	}
	if absent > 2*time.Minute {
		t.Errorf("the server is said to have been away for %s", absent)
	}
}
