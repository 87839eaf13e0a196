package batch

import (
	"iter"
	"time"

	"github.com/nightpress/nightpress/internal/llm"
)

// Phase holds the jobs of one model. Jobs is iterated over at most once. An error in
// it ends the run.
type Phase struct {
	Model llm.Model
	// Took holds the durations of the model's last jobs in earlier runs, oldest
	// first. Only Engine.Until needs it; it may be empty.
	Took []time.Duration
	// TookOn has those of single servers, by name. For a server that is not in it,
	// Took counts.
	TookOn map[string][]time.Duration
	// Count is how many jobs there are; 0 where that is not known. It decides
	// which servers work on which model, and nothing else.
	Count int
	Jobs  iter.Seq2[*Job, error]
	// Feed, if set, is where the jobs come from, and Jobs is not used.
	Feed Feed
	// Accepted is set where the model has posts from earlier runs, and Rejected
	// are the first jobs that earlier runs rejected. Replies is where the replies
	// of rejected jobs are kept, for a person. Only Engine.MaxRejected needs
	// them.
	Accepted bool
	Rejected []Rejection
	Replies  string
}

// took are the durations that count for a server.
func (p *Phase) took(server string) []time.Duration {
	if on := p.TookOn[server]; len(on) > 0 {
		return on
	}
	return p.Took
}
