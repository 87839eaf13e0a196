package report

import (
	"github.com/nightpress/nightpress/internal/contract"
	"hash/maphash"
	"strings"

	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/stats"
)

// Model adds up the jobs of one label of one folder.
type Model struct {
	// Name is the label, behind its folder's name where there are several
	// folders. Server is the model's name on the server.
	Name, Folder, Label string
	Server, Prompt      string
	// Digest is that of the newest job; Digests counts how many there are.
	Digest string
	// Versions are those of the servers that wrote the posts, the oldest run's
	// first.
	Versions []string
	// Jobs counts all of them, by outcome.
	Jobs     int
	outcomes [len(outcomeNames)]int
	// Kept counts the jobs whose post a person had edited, Repaired those
	// accepted after a repair.
	Kept, Repaired int
	// Remedies counts, for each, how often it was tried and how often the
	// reply then met the contract. Problems counts malformed replies by
	// their first problem, Causes by their cause.
	Remedies map[string]*tried
	Problems map[string]int
	// Tokens is tokens over accepted posts, Waste wasted tokens over tokens.
	Tokens, Waste stats.Ratio
	// Of each request: TokenRate in tokens/s, FirstToken and Load in seconds.
	// Loads are those that runs noted.
	TokenRate, FirstToken, Load, Loads stats.Sample
	// Of each accepted post.
	Seconds, Words, Headings stats.Sample
	// TagUses counts the tags of all posts, tags holds the distinct ones.
	TagUses int
	tags    map[uint64]struct{}
	// Repeats counts the posts that nearly repeat an earlier one, of Compared.
	Repeats, Compared int
	seen              seen
	digests           map[string]bool
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

// add adds a job. Entries come in the order of their topics.
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
		if v := speed(a); v > 0 {
			m.TokenRate.Add(v)
		}
		if a.FirstToken > 0 {
			m.FirstToken.Add(a.FirstToken)
		}
		if a.LoadSeconds > 0 {
			m.Load.Add(a.LoadSeconds)
		}
		switch a.Remedy {
		case "", contract.RemedyFirst, contract.RemedySchema, contract.RemedyBody:
			continue // no remedy, but how a job begins
		}
		t := m.Remedies[string(a.Remedy)]
		if t == nil {
			t = &tried{}
			m.Remedies[string(a.Remedy)] = t
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
	// Nobody needs it any more, and the page's turn comes later.
	e.post.sketch = nil
}

// tagSeed keys hashes that are only counted.
var tagSeed = maphash.MakeSeed()
