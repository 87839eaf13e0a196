package live

import (
	"time"

	"github.com/nightpress/nightpress/internal/word"
)

// Member is a machine that works for a run of a fleet. Its JSON names are promised.
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
	// Model is what it works on now, Streams are its requests in progress, Jobs
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

// GoneAfter is how long a machine may be silent before it counts as gone.
const GoneAfter = 12 * time.Second

// MemberState is what a machine of a fleet does.
type MemberState struct{ word.Word }

// The states of a machine.
var (
	AtWork = MemberState{word.New("working")}
	// AtRest: it has no job.
	AtRest = MemberState{word.New("idle")}
	// Leaving: it takes no more jobs.
	Leaving = MemberState{word.New("leaving")}
	// Gone: it is no longer heard of. HasLeft: it said that it leaves.
	Gone    = MemberState{word.New("gone")}
	HasLeft = MemberState{word.New("left")}
)

// State returns what the machine does, as it is known at a time.
func (m *Member) State(now time.Time) MemberState {
	switch {
	case m.Left:
		return HasLeft
	case now.Sub(m.Seen) > GoneAfter:
		return Gone
	case m.Draining:
		return Leaving
	case m.Jobs > 0:
		return AtWork
	}
	return AtRest
}
