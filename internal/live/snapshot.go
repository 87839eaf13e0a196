package live

import (
	"time"

	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/word"
)

// Version is that of the snapshot's JSON. It grows when a name changes its
// meaning; new names do not change it.
const Version = 1

// Snapshot is a run at one moment. Its JSON names are promised. Texts of topics,
// models, and servers are not cleaned for a terminal. Of a long topic or reason, it
// has the beginning.
type Snapshot struct {
	Event   string `json:"event"` // "snapshot"
	Version int    `json:"version"`
	// Time is when it was taken.
	Time time.Time `json:"time"`

	PID int `json:"pid"`
	// Since is when the run began, and Command its command line.
	Since   time.Time `json:"since"`
	Command string    `json:"command"`
	Out     string    `json:"out"`
	State   State     `json:"state"`
	// Pause is set while the run is paused. PausedSeconds is how long it was, in
	// all.
	Pause         *Pause  `json:"pause,omitempty"`
	PausedSeconds float64 `json:"paused_seconds"`
	// Stopping says why no more posts are begun, once that is so.
	Stopping string `json:"stopping,omitempty"`
	// Ended is set once the run is over.
	Ended *Ended `json:"ended,omitempty"`

	Counts
	// Tokens arrived in this run, those of lost requests included.
	// TokensPerSecond is the rate of the last seconds.
	Tokens          int     `json:"tokens"`
	TokensPerSecond float64 `json:"tokens_per_second"`
	// PostsPerHour is the pace at which jobs came to their end lately, without
	// pauses; 0 while it is not known.
	PostsPerHour float64 `json:"posts_per_hour"`
	// SecondsLeft is how long the rest is expected to take, without pauses, and
	// End when it is expected to be over; nil while that is not known. End is nil
	// while the run is paused.
	SecondsLeft *float64   `json:"seconds_left,omitempty"`
	End         *time.Time `json:"end,omitempty"`
	// Until is when the run is to be over by its --until.
	Until *time.Time `json:"until,omitempty"`

	// Models are in the order of the run, Servers in that of the configuration.
	Models  []Model  `json:"models"`
	Servers []Server `json:"servers"`
	// Workers are the machines of a fleet, by name. What they do for a model is in
	// Pairs as far as their results say it.
	Workers []Member `json:"workers,omitempty"`
	// Pairs has what a server did for a model: every pair that had a load or a
	// request, by server and then by model.
	Pairs []Pair `json:"pairs"`
	// Sections are the posts in sections that are in progress, by server, label, and
	// slug. Of many, it has the first.
	Sections []Sections `json:"sections"`
	// Last are the last jobs that ended, and Rejected the last that were
	// rejected, both newest first.
	Last         []Job `json:"last"`
	LastRejected []Job `json:"last_rejected"`
}

// State is what a run does as a whole.
type State struct{ word.Word }

// The states of a run.
var (
	Running = State{word.New("running")}
	Paused  = State{word.New("paused")}
	// Stopping: no more jobs are begun, and those in progress go on.
	Stopping = State{word.New("stopping")}
	Over     = State{word.New("ended")}
)

// Pause is why and since when a run is paused.
type Pause struct {
	Since time.Time `json:"since"`
	// Reasons has a line for each thing that holds the run.
	Reasons []string `json:"reasons"`
	// Unload: the models are taken out of the servers' memory.
	Unload bool `json:"unload"`
}

// Ended is how a run ended.
type Ended struct {
	Time     time.Time `json:"time"`
	ExitCode int       `json:"exit_code"`
	// Meaning is the exit code in words.
	Meaning string `json:"meaning"`
	// Error is what ended the run early, for a person.
	Error string `json:"error,omitempty"`
}

// Counts are the jobs of the run: topics times models. Jobs is the sum of There,
// Rejected, SetAside, and Left.
type Counts struct {
	Jobs int `json:"jobs"`
	// There are the posts that exist, Written those of this run, and Kept those
	// that a person edited.
	There    int `json:"there"`
	Written  int `json:"written"`
	Kept     int `json:"kept"`
	Rejected int `json:"rejected"`
	SetAside int `json:"set_aside"`
	Left     int `json:"left"`
	// Causes are the problems of the rejected jobs' last replies, the most
	// frequent first.
	Causes []Cause `json:"causes"`
}

// Cause counts rejected jobs by what was wrong with the last reply.
type Cause struct {
	// Code is a problem's code, or "request-failed".
	Code    string `json:"code"`
	Message string `json:"message"`
	Jobs    int    `json:"jobs"`
}

// Model is one model's part.
type Model struct {
	Label    string `json:"label"`
	Model    string `json:"model"`
	Jobs     int    `json:"jobs"`
	There    int    `json:"there"`
	Rejected int    `json:"rejected"`
	SetAside int    `json:"set_aside"`
	Left     int    `json:"left"`
	// Reason says why the model was set aside in this run.
	Reason string `json:"reason,omitempty"`
}

// ServerState is what a server does.
type ServerState struct{ word.Word }

// The states of a server.
var (
	// Idle: it has no request.
	Idle = ServerState{word.New("idle")}
	// Loading: it loads its model.
	Loading = ServerState{word.New("loading")}
	// Working: it has requests.
	Working = ServerState{word.New("working")}
	// Away: it does not answer, or is busy. It is probed.
	Away = ServerState{word.New("away")}
	// Recovering: its model is in trouble and is loaded again.
	Recovering = ServerState{word.New("recovering")}
	// Drained: it takes no more jobs, and has no request.
	Drained = ServerState{word.New("drained")}
	// Draining: it takes no more jobs and finishes those it has.
	Draining = ServerState{word.New("draining")}
	// Resting: the run is paused, and it has no request.
	Resting = ServerState{word.New("paused")}
	// Out: it cannot run its model.
	Out = ServerState{word.New("out")}
)

// Server is a server of the run. What it did is the sum over its pairs.
type Server struct {
	// Name is "" of a server that was not given one.
	Name    string      `json:"name"`
	Version string      `json:"version"`
	State   ServerState `json:"state"`
	// Reason says why it is away, recovering, or out; Since when that began.
	Reason string     `json:"reason,omitempty"`
	Since  *time.Time `json:"since,omitempty"`
	// Drained: it takes no more jobs.
	Drained bool `json:"drained"`
	// Model is the label of the model that it works on, "" before the first.
	Model string `json:"model"`
	// Workers is how many requests are in progress at once at most, and Auto is
	// set where that is found and not given. Slots is how many of them the server
	// works on; 0 while that is not known.
	Workers int  `json:"workers"`
	Auto    bool `json:"auto"`
	Slots   int  `json:"slots"`
	// Streams are the replies that arrive, Queued the requests that wait for
	// their first token.
	Streams int `json:"streams"`
	Queued  int `json:"queued"`

	Posts           int     `json:"posts"`
	Rejected        int     `json:"rejected"`
	Tokens          int     `json:"tokens"`
	TokensPerSecond float64 `json:"tokens_per_second"`
	Loads           int     `json:"loads"`
	LoadSeconds     float64 `json:"load_seconds"`
	Outages         int     `json:"outages"`
	// AwaySeconds is the time of all outages, including the present one.
	AwaySeconds float64 `json:"away_seconds"`
}

// Pair is what a server did for a model. Counters never fall.
type Pair struct {
	Server string `json:"server"`
	Label  string `json:"label"`
	Model  string `json:"model"`
	// Posts and Rejected are the jobs that it brought to their end, Causes the
	// rejected ones by the first problem's code, or "request-failed".
	Posts    int            `json:"posts"`
	Rejected int            `json:"rejected"`
	Causes   map[string]int `json:"causes,omitempty"`
	// Requests began. Tokens arrived, and PromptTokens were read.
	Requests     int `json:"requests"`
	Tokens       int `json:"tokens"`
	PromptTokens int `json:"prompt_tokens"`
	// TokensPerSecond is the rate of the last seconds.
	TokensPerSecond float64 `json:"tokens_per_second"`
	// FirstTokens are the times to the first token.
	FirstTokens Histogram `json:"first_tokens"`
	Streams     int       `json:"streams"`
	Queued      int       `json:"queued"`
	// Workers and Slots are 0 while they are not known.
	Workers     int     `json:"workers"`
	Slots       int     `json:"slots"`
	Loads       int     `json:"loads"`
	LoadSeconds float64 `json:"load_seconds"`
	// Reloads are loads that the run did not ask for.
	Reloads int `json:"reloads"`
	// Outages began while the server worked on the model.
	Outages int `json:"outages"`
}

// FirstTokenBounds are the upper bounds of the buckets of Pair.FirstTokens, in
// seconds.
var FirstTokenBounds = [...]float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600}

// Histogram counts durations in seconds. Buckets[i] counts those up to
// FirstTokenBounds[i], those of smaller buckets included.
type Histogram struct {
	Count   int                        `json:"count"`
	Sum     float64                    `json:"sum"`
	Buckets [len(FirstTokenBounds)]int `json:"buckets"`
}

func (h *Histogram) add(seconds float64) {
	h.Count++
	h.Sum += seconds
	for i, bound := range FirstTokenBounds {
		if seconds <= bound {
			h.Buckets[i]++
		}
	}
}

// Job is a job that ended in this run.
type Job struct {
	Time   time.Time `json:"time"`
	Topic  string    `json:"topic"`
	Slug   string    `json:"slug"`
	Label  string    `json:"label"`
	Server string    `json:"server"`
	// Reason says why the status is rejected or set aside.
	Status   record.Status `json:"status"`
	Reason   string        `json:"reason,omitempty"`
	Attempts int           `json:"attempts"`
}
