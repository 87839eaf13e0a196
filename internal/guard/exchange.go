package guard

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Limits bound one request and its answer. A zero field sets no limit.
type Limits struct {
	// First bounds the silence before the first byte of the answer. Idle bounds
	// the silence between later bytes.
	First, Idle time.Duration
	// Total bounds the whole exchange, even while bytes arrive.
	Total time.Duration
	// Bytes bounds the body of the answer, and Line one line of it.
	Bytes, Line int64
}

// Exchange is one request and its answer. A caller makes it, attaches it to the
// context of one request with Follow, and reads it after the request.
type Exchange struct {
	Limits
	// ByHand makes the caller call Heard. Bytes alone then do not end a
	// silence, because a server can send bytes without content.
	ByHand bool
	// More, if set, is called when First is over. It returns how much longer to
	// wait for a request of this duration.
	More func(lasted time.Duration) time.Duration
	// Slow, if set, is called once if no answer has begun after SlowAfter.
	Slow      func()
	SlowAfter time.Duration

	watchdog *watchdog // nil until the request is sent
	err      error     // how the body ended; nil only after a clean end
	began    atomic.Bool
}

type exchangeKey struct{}

// Follow returns a context whose request x follows. It is for one request.
func Follow(ctx context.Context, x *Exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

var (
	errNoBody   = errors.New("no reply arrived")
	errNotEnded = errors.New("the reply was not read to its end")
)

// Heard ends a silence. It does nothing before the request is sent.
func (x *Exchange) Heard() {
	x.began.Store(true)
	if x.watchdog != nil {
		x.watchdog.heard(x.Idle)
	}
}

// Began reports whether an answer has begun.
func (x *Exchange) Began() bool { return x.began.Load() }

// Took is how long the request has lasted, without a time in which the process
// was stopped; 0 when it was not sent.
func (x *Exchange) Took() time.Duration {
	if x.watchdog == nil {
		return 0
	}
	return x.watchdog.took()
}

// Err is how the body ended: nil after a clean end. It is an error if the caller did
// not read the body to its end.
func (x *Exchange) Err() error { return x.err }

// Broke reports whether the body did not come to its end although it was read
// for that.
func (x *Exchange) Broke() bool { return x.err != nil && !x.Unread() && !errors.Is(x.err, errNoBody) }

// Unread reports whether the caller left the body before its end.
func (x *Exchange) Unread() bool { return errors.Is(x.err, errNotEnded) }

// watch cancels a request that is silent or lasts for too long.
func (x *Exchange) watch(cancel context.CancelCauseFunc) {
	x.watchdog = startWatchdog(x.First, x.Total, func(lasted time.Duration) time.Duration {
		if x.Total > 0 && lasted >= x.Total {
			phase := Total
			if !x.began.Load() {
				phase = First
			}
			cancel(&Timeout{Limit: x.Total, Phase: phase})
			return 0
		}
		if x.More != nil && !x.began.Load() {
			if d := x.More(lasted); d > 0 {
				return d
			}
		}
		if x.began.Load() {
			cancel(&Timeout{Limit: x.Idle, Phase: Idle})
		} else {
			cancel(&Timeout{Limit: x.First, Phase: First})
		}
		return 0
	}, cancel)
}

// Phase is the part of an exchange that lasted too long.
type Phase int

// The phases, which are the fields of Limits.
const (
	First Phase = iota
	Idle
	Total
)

// Timeout is the error of a server that was silent, or not done, for too long.
type Timeout struct {
	Limit time.Duration
	Phase Phase
}

func (t *Timeout) Error() string {
	limit := t.Limit
	if limit > 10*time.Second {
		limit = limit.Round(time.Second)
	}
	switch t.Phase {
	case First:
		return fmt.Sprintf("no answer within %s", limit)
	case Idle:
		return fmt.Sprintf("silent for %s in the middle of an answer", limit)
	}
	return fmt.Sprintf("the answer was incomplete after %s", limit)
}

// TooLong is the error of an answer, or of one line of it, with more bytes than
// its limit.
type TooLong struct {
	Limit int64
	Line  bool
}

func (t *TooLong) Error() string {
	what := "answer"
	if t.Line {
		what = "line of the answer"
	}
	return fmt.Sprintf("the %s is longer than %d bytes", what, t.Limit)
}
