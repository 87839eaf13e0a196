package report

import (
	"hash/maphash"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/stats"
)

// Model adds up the jobs of one label of one folder.
type Model struct {
	// Name is the label, prefixed with the folder's name if there are several
	// folders. Server is the model's name on the server.
	Name, Folder, Label string
	Server, Prompt      string
	// Digest is the model's digest in the newest job.
	Digest string
	// Versions are those of the servers that wrote the posts, the oldest run's
	// first.
	Versions []string
	// Jobs counts all of them, by outcome.
	Jobs     int
	outcomes [len(outcomeNames)]int
	// Kept counts the jobs whose post a person edited, and Repaired the jobs
	// accepted after a repair.
	Kept, Repaired int
	// Remedies counts for each remedy how often it was tried and how often its
	// reply met the contract. Problems counts malformed replies by their first
	// problem.
	Remedies map[string]*tried
	Problems map[string]int
	// Parts adds up the requests for each kind of part of posts in sections.
	Parts map[string]*made
	// Tokens is tokens per accepted post. Waste is wasted tokens per token.
	Tokens, Waste stats.Ratio
	// Of each request: TokenRate in tokens/s, FirstToken and Load in seconds.
	// Loads holds the seconds of the loads that runs recorded.
	TokenRate, FirstToken, Load, Loads stats.Sample
	// Of each accepted post.
	Seconds, Words, Headings stats.Sample
	// TagUses counts the tags of all posts. tags holds the distinct ones.
	TagUses int
	tags    map[uint64]struct{}
	// Compared counts the posts that were compared with earlier ones, and
	// Repeats those among them that nearly repeat one.
	Repeats, Compared int
	seen              seen
	digests           map[string]bool
	// setup is what the newest job was made with, nil if that is not known.
	setup *record.Setup
}

type tried struct{ Asked, Mended int }

// Judged counts the jobs whose outcome says something about the model.
func (m *Model) Judged() int {
	return m.outcomes[firstTry] + m.outcomes[later] + m.outcomes[rejected] + m.outcomes[byHand]
}

// Accepted counts the posts that the model wrote.
func (m *Model) Accepted() int { return m.outcomes[firstTry] + m.outcomes[later] }

// Tags counts the distinct tags, without regard to letter case.
func (m *Model) Tags() int { return len(m.tags) }

func newModel(e *entry) *Model {
	m := &Model{
		Name: e.source.called(e.Label), Folder: e.source.name, Label: e.Label, Server: e.Model, Prompt: e.Prompt,
		Remedies: map[string]*tried{}, Problems: map[string]int{},
		tags: map[uint64]struct{}{}, digests: map[string]bool{},
	}
	return m
}

// add counts a job. Jobs are added in the order of their topics.
func (m *Model) add(e *entry) {
	m.Jobs++
	m.outcomes[e.outcome]++
	if e.Digest != "" {
		m.Digest = e.Digest
		m.digests[e.Digest] = true
	}
	if e.Status == record.Kept {
		m.Kept++
	}
	m.addAttempts(e)
	if e.outcome.judged() {
		accepted := 0.0
		if e.outcome.accepted() {
			accepted = 1
			m.addAccepted(e)
		}
		m.Tokens.Add(float64(e.tokens), accepted)
		m.Waste.Add(float64(e.wasted), float64(e.tokens))
	}
}

func (m *Model) addAttempts(e *entry) {
	for _, k := range e.kinds {
		m.Problems[k]++
	}
	for i := range e.Attempts {
		a := &e.Attempts[i]
		m.addPart(a)
		if v := a.Generation().PerSecond(); v > 0 {
			m.TokenRate.Add(v)
		}
		if a.FirstToken > 0 {
			m.FirstToken.Add(a.FirstToken)
		}
		if a.LoadSeconds > 0 {
			m.Load.Add(a.LoadSeconds)
		}
		switch a.Remedy {
		case contract.Remedy{}, contract.RemedyFirst, contract.RemedySchema, contract.RemedyBody:
			continue // how a job begins, not a remedy
		}
		t := m.Remedies[a.Remedy.String()]
		if t == nil {
			t = &tried{}
			m.Remedies[a.Remedy.String()] = t
		}
		t.Asked++
		if a.Error == "" && !a.Malformed() {
			t.Mended++
		}
	}
}

func (m *Model) addAccepted(e *entry) {
	m.Seconds.Add(e.seconds)
	m.Words.Add(float64(e.Words))
	if len(e.Repairs) > 0 {
		m.Repaired++
	}
	if e.post == nil {
		return
	}
	m.Headings.Add(float64(e.post.Headings))
	for _, t := range e.post.Tags {
		m.TagUses++
		m.tags[maphash.String(tagSeed, strings.ToLower(t))] = struct{}{}
	}
	var compared bool
	if e.repeats, compared = m.seen.add(e.Slug, e.post.sketch); compared {
		m.Compared++
	}
	if e.repeats != "" {
		m.Repeats++
	}
	// The sketch is no longer needed, and the post waits for its page.
	e.post.sketch = nil
}

// tagSeed seeds the hashes of tags, which are only counted.
var tagSeed = maphash.MakeSeed()
