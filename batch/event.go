package batch

import (
	"time"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// Event is something that a person following a run wants to know. Events are
// given to Engine.Events from many goroutines; the function must not block.
type Event interface{ event() }

// Server is the name of the lane that an event is about.
type (
	// Loading: the server was asked to bring the model into memory.
	Loading struct {
		Server string
		Model  llm.Model
	}
	// Loaded: it is there, after Took.
	Loaded struct {
		Server string
		Model  llm.Model
		Took   time.Duration
	}
	// Reloaded: a request waited Took for its model, which the run had loaded
	// already. N such loads of the model were met so far on this server;
	// requests that waited for one together count once.
	Reloaded struct {
		Server string
		Model  llm.Model
		N      int
		Took   time.Duration
	}
	// Started: an attempt's request is about to be sent. Attempted or
	// HandedBack follows.
	Started struct {
		Server string
		Job    *Job
		N      int
	}
	// Tokens: N more tokens came (a chunk is one token on current servers).
	Tokens struct{ N int }
	// Attempted: an attempt has ended, well or not.
	Attempted struct {
		Server  string
		Job     *Job
		Attempt *record.Attempt
	}
	// HandedBack: the job waits for a lane again, because this one went away or
	// has a model in trouble. It costs the job nothing.
	HandedBack struct {
		Server string
		Job    *Job
	}
	// Waiting: the server is away or busy since Since, for Reason. It is probed
	// again after Next, and no more after Until, when Patience ends. One outage
	// has the same Since throughout; Until moves by a time in which the machine
	// slept.
	Waiting struct {
		Server       string
		Reason       error
		Since, Until time.Time
		Next         time.Duration
	}
	// Resumed: the server answers again, after Away.
	Resumed struct {
		Server string
		Away   time.Duration
	}
	// Recovering: the model is in trouble for Reason; requests under way are
	// called back and it is loaded anew.
	Recovering struct {
		Server string
		Model  llm.Model
		Reason error
	}
	// Lingering: the model of an earlier phase stays in the server's memory,
	// for Reason. The run goes on.
	Lingering struct {
		Server string
		Model  llm.Model
		Reason error
	}
	// Out: the server takes no more jobs of the model, for Reason. Other
	// servers go on.
	Out struct {
		Server string
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
	// Unusable: the model was set aside for Reason: no server can run it.
	Unusable struct {
		Model  llm.Model
		Reason error
	}
)

func (Loading) event()    {}
func (Loaded) event()     {}
func (Reloaded) event()   {}
func (Started) event()    {}
func (Tokens) event()     {}
func (Attempted) event()  {}
func (Waiting) event()    {}
func (Resumed) event()    {}
func (Recovering) event() {}
func (Stopping) event()   {}
func (Unusable) event()   {}
func (HandedBack) event() {}
func (Lingering) event()  {}
func (Out) event()        {}
