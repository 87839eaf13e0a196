package live

import (
	"cmp"
	"slices"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/record"
)

// Sections is a post in sections that a server writes.
type Sections struct {
	Topic  string `json:"topic"`
	Slug   string `json:"slug"`
	Label  string `json:"label"`
	Server string `json:"server"`
	// Step is the part that was requested.
	Step record.Step `json:"step"`
}

// sections returns the posts in sections that are in progress, by server, label, and
// slug. There are at most mostLast of them.
func (t *Tracker) sections() []Sections {
	all := []Sections{}
	for _, s := range t.servers {
		for j, step := range s.steps {
			all = append(all, Sections{Topic: bounded(j.Topic), Slug: j.Slug, Label: j.Model.Label, Server: s.Name, Step: step})
		}
	}
	slices.SortFunc(all, func(a, b Sections) int {
		return cmp.Or(cmp.Compare(a.Server, b.Server), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Slug, b.Slug))
	})
	return all[:min(len(all), mostLast)]
}

// begins notes which part of a post in sections a request is for.
func (s *server) begins(j *batch.Job, step *record.Step) {
	if step == nil {
		return
	}
	one := *step
	one.Heading = bounded(one.Heading)
	s.steps[j] = one
}
