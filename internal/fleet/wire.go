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
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/record"
)

// Version is the version of the messages. A coordinator and its workers have the
// same one.
const Version = 2

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
	Status   record.Status `json:"status,omitzero"`
	Reason   string        `json:"reason,omitempty"`
	Server   string        `json:"server,omitempty"`
	// Attempts are those after the first Base ones, which the job had in its Past
	// as it was in the queue.
	Base     int              `json:"base,omitempty"`
	Attempts []record.Attempt `json:"attempts,omitempty"`
	// Suspicion is what happened at this worker while a returned job's request was
	// in progress.
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
	// Offers answer welcome.Ask.
	Offers []Offer `json:"offers,omitempty"`
}

// Offer describes a model as a machine has it.
type Offer struct {
	// Asked is the name that was asked for, and Name the machine's.
	Asked string `json:"asked"`
	Name  string `json:"name"`
	// Identity and Manifest are Model's.
	Identity string `json:"identity,omitempty"`
	Manifest string `json:"manifest"`
	// ContextLength is the context window of the model's training, in tokens; 0
	// where it is not known. Thinks: the model can think before it answers.
	ContextLength int  `json:"context_length,omitempty"`
	Thinks        bool `json:"thinks,omitempty"`
	// Sampling are the parameters of the model's file.
	Sampling map[string]any `json:"sampling,omitempty"`
}

// digest is an identity or the digest of a manifest.
var digest = regexp.MustCompile(`^(sha256:)?[0-9a-f]{12,64}$`)

// check returns why an offer is invalid, or nil.
func (o *Offer) check() error {
	switch {
	case len(o.Asked) > maxText || len(o.Name) > maxText || o.Name == "":
		return errors.New("offer: a name is out of bounds")
	case !digest.MatchString(o.Manifest), o.Identity != "" && !digest.MatchString(o.Identity):
		return errors.New("offer: identity or manifest is not a digest")
	case o.ContextLength < 0 || o.ContextLength > 1<<30 || len(o.Sampling) > maxServers:
		return errors.New("offer: a number or a list is out of bounds")
	}
	for key, value := range o.Sampling {
		text, isText := value.(string)
		list, isList := value.([]any)
		_, isObject := value.(map[string]any)
		if len(key) > maxText || isText && len(text) > maxText || isList && len(list) > maxServers || isObject {
			return errors.New("offer: a parameter is out of bounds")
		}
	}
	return nil
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
	// Parts is in how many streams the results are; 0 means 1.
	Parts int `json:"parts,omitempty"`
	// Heartbeat is how often a worker says that it works on a job.
	Heartbeat time.Duration `json:"heartbeat"`
	// Warning is for the person at the worker.
	Warning string `json:"warning,omitempty"`
	// Drain tells the worker to finish what it has and to take no more.
	Drain bool `json:"drain,omitempty"`
	// Ask names the models of which the coordinator has to know what they are.
	Ask []string `json:"ask,omitempty"`
}

// The states of a run.
const (
	// stateAsking: the coordinator asks which models there are, before it hands out
	// the first job.
	stateAsking  = "asking"
	stateRunning = "running"
	// stateEnding: no more jobs are handed out.
	stateEnding = "ending"
	// stateOver: every job has its result.
	stateOver = "over"
)

// beat is a worker's state.
type beat struct {
	Instance string `json:"instance"`
	Run      string `json:"run"`
	// State is the run's, as the worker knows it.
	State string    `json:"state"`
	Now   time.Time `json:"now"`
	live.Member
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
	Members []live.Member `json:"members"`
	Error   string        `json:"error,omitempty"`
}

// refer makes a message whose body is in the bucket.
func refer(kind, blob string) ([]byte, error) {
	return json.Marshal(envelope{V: Version, Kind: kind, Blob: blob})
}
