package fleet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/record"
)

// Version is the version of the messages. A coordinator and its workers have the
// same one.
const Version = 1

// Bounds of what arrives.
const (
	// maxBody bounds a message with what it refers to, in bytes.
	maxBody = 16 << 20
	// maxDepth bounds how deep lists and objects are nested in a message.
	maxDepth = 32
	// maxModels, maxServers, and maxAttempts bound lists, and maxText a text.
	maxModels, maxServers, maxAttempts = 1000, 100, 1000
	maxText                            = 500
)

// envelope is every message.
type envelope struct {
	V    int    `json:"v"`
	Kind string `json:"kind,omitempty"`
	// Blob is the hash of the body, where the body is too large for a message
	// and in the bucket instead.
	Blob string          `json:"blob,omitempty"`
	Body json.RawMessage `json:"body,omitempty"`
}

// The kinds of messages in the results stream.
const (
	kindResult   = "result"
	kindAttempt  = "attempt"
	kindReturned = "returned"
)

// VersionError means that a message has another version.
type VersionError struct{ Theirs int }

func (e *VersionError) Error() string {
	return fmt.Sprintf("the other side's messages have version %d, and this program's have version %d", e.Theirs, Version)
}

// Hint returns what the user can do.
func (e *VersionError) Hint() string {
	return "install the same version of nightpress on the coordinator and on every worker"
}

// encode makes a message.
func encode(kind string, body any) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return json.Marshal(envelope{V: Version, Kind: kind, Body: text})
}

// open checks a message's size, depth, and version.
func open(data []byte) (*envelope, error) {
	if err := bounded(data); err != nil {
		return nil, err
	}
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, fmt.Errorf("message: %w", err)
	}
	if e.V != Version {
		return nil, &VersionError{e.V}
	}
	if e.Blob != "" && !isHash(e.Blob) {
		return nil, errors.New("message: blob is not a hash")
	}
	return &e, nil
}

// decode reads a message whose body is in it.
func decode(data []byte, body any) error {
	e, err := open(data)
	if err != nil {
		return err
	}
	if len(e.Body) == 0 {
		return errors.New("message: no body")
	}
	return json.Unmarshal(e.Body, body)
}

// bounded returns an error for a text that is too long, or nested too deep.
func bounded(data []byte) error {
	if len(data) > maxBody {
		return fmt.Errorf("message of %d bytes; at most %d are allowed", len(data), maxBody)
	}
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return fmt.Errorf("message: more than %d levels", maxDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// hash is the name of a blob.
func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func isHash(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == sha256.Size && hex.EncodeToString(b) == s
}

// name is what a worker, a server, or a prefix can be called.
var name = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

// jobMessage is a job in the queue.
type jobMessage struct {
	Job *batch.Job `json:"job"`
	// Prompt is the hash of the job's prompt, which is in the bucket.
	Prompt string `json:"prompt"`
}

// resultMessage is a job's end at a worker, an attempt that leaves it unfinished,
// or its return to the queue.
type resultMessage struct {
	Job    string `json:"job"`
	Worker string `json:"worker"`
	// Delivery counts how often the queue had delivered the job, from 1.
	Delivery uint64        `json:"delivery"`
	Status   record.Status `json:"status,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Server   string        `json:"server,omitempty"`
	// Attempts are those after the first Base ones, which the job had in its Past
	// as it was in the queue.
	Base     int              `json:"base,omitempty"`
	Attempts []record.Attempt `json:"attempts,omitempty"`
	// Suspicion is what happened at this worker while a returned job's request was
	// under way.
	batch.Suspicion
	// Variant is the job's.
	Variant int `json:"variant,omitempty"`
}

// check returns why a result is invalid, or nil.
func (r *resultMessage) check() error {
	switch {
	case !isHash(r.Job):
		return errors.New("result: job is not an ID")
	case !name.MatchString(r.Worker):
		return errors.New("result: worker is not a name")
	case len(r.Attempts) > maxAttempts || r.Base < 0 || r.Base > maxAttempts:
		return fmt.Errorf("result: %d attempts; at most %d are allowed", len(r.Attempts), maxAttempts)
	}
	r.Reason = short(r.Reason)
	for i := range r.Attempts {
		a := &r.Attempts[i]
		a.Bound()
		a.Server = r.server(a.Server)
		if len(a.Options) > maxServers {
			return errors.New("result: an attempt has too many options")
		}
	}
	r.Server = r.server(r.Server)
	r.Bound()
	for i := range r.Deaths {
		r.Deaths[i].Server = r.server(r.Deaths[i].Server)
	}
	return nil
}

// server is a server's name with the worker's before it.
func (r *resultMessage) server(s string) string {
	if !name.MatchString(s) {
		return r.Worker
	}
	return r.Worker + "/" + s
}

// short cuts a text that a person reads.
func short(s string) string {
	if len(s) <= maxText {
		return s
	}
	return fmt.Sprintf("%.*s...", maxText, s)
}

// Model is a model of a run, as workers look for it.
type Model struct {
	Label string `json:"label"`
	// Name is its name at the coordinator.
	Name string `json:"name"`
	// Identity is the same on every machine; "" where it is not known. Manifest
	// is the digest that the coordinator's server has for the model.
	Identity string `json:"identity,omitempty"`
	Manifest string `json:"manifest"`
	// Queue is the name of the consumer that has its jobs.
	Queue string `json:"queue"`
}

// hello is a worker that asks what there is to do.
type hello struct {
	Name string `json:"name"`
	// Instance tells two workers with the same name apart.
	Instance string    `json:"instance"`
	Version  string    `json:"version"`
	Now      time.Time `json:"now"`
}

// welcome is the answer.
type welcome struct {
	// Refused is why the worker gets no jobs, and Hint what to do.
	Refused string `json:"refused,omitempty"`
	Hint    string `json:"hint,omitempty"`
	// Name is the worker's in this fleet.
	Name string `json:"name"`
	// Run changes when the coordinator does, and Queue when the queue was
	// lost and made anew.
	Run   string `json:"run"`
	Queue string `json:"queue"`
	// State is what is to be done: stateRunning and so on.
	State  string  `json:"state"`
	Models []Model `json:"models"`
	// Attempts and MaxTokens are the engine's.
	Attempts  int `json:"attempts"`
	MaxTokens int `json:"max_tokens,omitempty"`
	// Heartbeat is how often a worker says that it works on a job.
	Heartbeat time.Duration `json:"heartbeat"`
	// Warning is for the person at the worker.
	Warning string `json:"warning,omitempty"`
	// Drain tells the worker to finish what it has and to take no more.
	Drain bool `json:"drain,omitempty"`
}

// The states of a run.
const (
	stateRunning = "running"
	// stateEnding: no more jobs are handed out.
	stateEnding = "ending"
	// stateOver: every job has its result.
	stateOver = "over"
)

// Member is a worker of a fleet.
type Member struct {
	Name    string `json:"name"`
	Machine string `json:"machine"`
	Version string `json:"version"`
	// Servers are the addresses of its servers.
	Servers []string `json:"servers"`
	// Models are the labels of those that it has, and Missing says why it does
	// not have others, by their labels.
	Models  []string          `json:"models"`
	Missing map[string]string `json:"missing,omitempty"`
	// Model is what it works on now, Streams are its requests under way, Jobs
	// the jobs that it holds, and Slots the requests that it works on at once.
	Model   string `json:"model,omitempty"`
	Streams int    `json:"streams"`
	Jobs    int    `json:"jobs"`
	Slots   int    `json:"slots"`
	// Tokens are all that it received, Posts and Rejected its results.
	Tokens          int     `json:"tokens"`
	TokensPerSecond float64 `json:"tokens_per_second"`
	Posts           int     `json:"posts"`
	Rejected        int     `json:"rejected"`
	// Seen is the last contact, by the coordinator's clock.
	Seen     time.Time `json:"seen"`
	Draining bool      `json:"draining,omitempty"`
	// Left is set once it said that it leaves.
	Left bool `json:"left,omitempty"`
}

// beat is a worker's state.
type beat struct {
	Instance string `json:"instance"`
	Run      string `json:"run"`
	// State is the run's, as the worker knows it.
	State string    `json:"state"`
	Now   time.Time `json:"now"`
	Member
}

func (b *beat) check() error {
	m := &b.Member
	if !name.MatchString(m.Name) || len(m.Servers) > maxServers || len(m.Models) > maxModels || len(m.Missing) > maxModels {
		return errors.New("beat: a name or a list is out of bounds")
	}
	m.Machine, m.Version, m.Model = short(m.Machine), short(m.Version), short(m.Model)
	for i := range m.Servers {
		m.Servers[i] = short(m.Servers[i])
	}
	for i := range m.Models {
		m.Models[i] = short(m.Models[i])
	}
	for label, why := range m.Missing {
		m.Missing[label] = short(why)
	}
	for _, n := range []*int{&m.Streams, &m.Jobs, &m.Slots, &m.Posts, &m.Rejected} {
		*n = min(max(*n, 0), 1<<20)
	}
	m.Tokens = min(max(m.Tokens, 0), 1<<40)
	if !(m.TokensPerSecond >= 0 && m.TokensPerSecond < 1e7) {
		m.TokensPerSecond = 0
	}
	return nil
}

// claim is a worker that was given a job which was delivered before.
type claim struct {
	Job      string `json:"job"`
	Worker   string `json:"worker"`
	Delivery uint64 `json:"delivery"`
}

// claimed is the answer.
type claimed struct {
	// Done: the job has its result and must not be requested.
	Done bool `json:"done,omitempty"`
	// Attempts are those of earlier deliveries. Suspicion is the job's.
	Attempts []record.Attempt `json:"attempts,omitempty"`
	batch.Suspicion
}

// control is a request of "nightpress fleet".
type control struct {
	// Drain is the name of a worker to drain; "" only asks who there is.
	Drain string `json:"drain,omitempty"`
}

// controlled is the answer.
type controlled struct {
	Members []Member `json:"members"`
	Error   string   `json:"error,omitempty"`
}

// refer makes a message whose body is in the bucket.
func refer(kind, blob string) ([]byte, error) {
	return json.Marshal(envelope{V: Version, Kind: kind, Blob: blob})
}
