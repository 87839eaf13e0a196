package batch

import (
	"time"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// Event is progress of a run, for people and logs. Engine.Events is called from
// many goroutines and must not block.
type Event interface{ event() }

// The events. Server is the name of the event's lane.
type (
	// Loading: the server is about to load the model.
	Loading struct {
		Server string
		Model  llm.Model
	}
	// Loaded: the model is loaded, after Took.
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
	// Seated: so many requests for the model are in progress at once on the server
	// from now on.
	Seated struct {
		Server  string
		Model   llm.Model
		Workers int
	}
	// Started: an attempt's request is about to be sent. Closed follows. A job
	// has one request at a time on a server.
	Started struct {
		Server string
		Job    *Job
		N      int
		// Step is the part of a post in sections that it is for, or nil.
		Step *record.Step
	}
	// FirstToken: the first token of a request arrived, after Took.
	FirstToken struct {
		Server string
		Job    *Job
		Took   time.Duration
	}
	// Tokens: N more tokens arrived (a chunk is one token on current servers).
	Tokens struct {
		Server string
		Job    *Job
		N      int
	}
	// Closed: the request of Started has ended, with or without success.
	Closed struct {
		Server string
		Job    *Job
	}
	// Attempted: an attempt has ended, successfully or not.
	Attempted struct {
		Server  string
		Job     *Job
		Attempt *record.Attempt
	}
	// HandedBack: the job waits for a lane again, because this lane's server is
	// away or its model is in trouble. This costs the job nothing.
	HandedBack struct {
		Server string
		Job    *Job
	}
	// Waiting: the server has been away or busy since Since, for Reason, which is
	// Away without the time in which the machine slept. It is probed again after
	// Next, and not after Until, when Patience ends. Since stays the same
	// throughout an outage. Until moves if the machine sleeps.
	Waiting struct {
		Server       string
		Reason       error
		Since, Until time.Time
		Away, Next   time.Duration
	}
	// Resumed: the server answers again, after an outage of Away.
	Resumed struct {
		Server string
		Away   time.Duration
	}
	// Recovering: the model is in trouble, for Reason. Its requests are canceled,
	// and it is loaded again.
	Recovering struct {
		Server string
		Model  llm.Model
		Reason error
	}
	// Tuned: it was found that so many requests at once are best for the server
	// and the model, or that it works on so many (Slots; 0 where that is not
	// known).
	Tuned struct {
		Server         string
		Model          llm.Model
		Workers, Slots int
	}
	// Unloaded: the model was taken out of the server's memory, because the run is
	// paused.
	Unloaded struct {
		Server string
		Model  llm.Model
	}
	// Lingering: the model of an earlier phase stays in the server's memory,
	// for Reason. The run continues.
	Lingering struct {
		Server string
		Model  llm.Model
		Reason error
	}
	// Out: the server takes no more jobs of the model, for Reason. Other servers
	// continue.
	Out struct {
		Server string
		Model  llm.Model
		Reason error
	}
	// Stopping: no more jobs are begun, for Reason (ErrStopped, ErrUntil or
	// ErrLimit). UnderWay jobs continue, and the last is expected to end after
	// Longest (0 if unknown).
	Stopping struct {
		Reason   error
		UnderWay int
		Longest  time.Duration
	}
	// Unusable: the model was set aside, because no server can run it, for
	// Reason.
	Unusable struct {
		Model  llm.Model
		Reason error
	}
)

func (Loading) event()    {}
func (Tuned) event()      {}
func (Loaded) event()     {}
func (Reloaded) event()   {}
func (Started) event()    {}
func (Seated) event()     {}
func (FirstToken) event() {}
func (Tokens) event()     {}
func (Closed) event()     {}
func (Attempted) event()  {}
func (Waiting) event()    {}
func (Resumed) event()    {}
func (Recovering) event() {}
func (Stopping) event()   {}
func (Unusable) event()   {}
func (HandedBack) event() {}
func (Lingering) event()  {}
func (Unloaded) event()   {}
func (Out) event()        {}
