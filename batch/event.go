package batch

import (
	"time"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// Event is something that a person following a run wants to know. Events are
// given to Engine.Events from many goroutines; the function must not block.
type Event interface{ event() }

type (
	// Loading: the server was asked to bring the model into memory.
	Loading struct{ Model llm.Model }
	// Loaded: it is there, after Took.
	Loaded struct {
		Model llm.Model
		Took  time.Duration
	}
	// Started: an attempt's request is about to be sent.
	Started struct {
		Job *Job
		N   int
	}
	// Tokens: N more tokens came (a chunk is one token on current servers).
	Tokens struct{ N int }
	// Attempted: an attempt has ended, well or not.
	Attempted struct {
		Job     *Job
		Attempt *record.Attempt
	}
	// Waiting: the server is away or busy; the run waits and goes on by
	// itself. Since is when the trouble began.
	Waiting struct {
		Reason error
		Since  time.Time
		Next   time.Duration
	}
	// Resumed: the server answers again, after Away.
	Resumed struct{ Away time.Duration }
	// Recovering: the model is in trouble for Reason; requests under way are
	// called back and it is loaded anew.
	Recovering struct {
		Model  llm.Model
		Reason error
	}
	// Stopping: no more jobs are begun, for Reason (ErrStopped, ErrUntil or
	// ErrLimit). UnderWay jobs go on to their ends, the last of which is
	// expected after Longest; 0 when that is not known.
	Stopping struct {
		Reason   error
		UnderWay int
		Longest  time.Duration
	}
	// Unusable: the model was set aside for Reason.
	Unusable struct {
		Model  llm.Model
		Reason error
	}
)

func (Loading) event()    {}
func (Loaded) event()     {}
func (Started) event()    {}
func (Tokens) event()     {}
func (Attempted) event()  {}
func (Waiting) event()    {}
func (Resumed) event()    {}
func (Recovering) event() {}
func (Stopping) event()   {}
func (Unusable) event()   {}
