package run

import (
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/plan"
)

// Contradiction is one way in which a prompt and its contract require different
// things, and for how many of the topics that are to be made they do.
type Contradiction struct {
	Text   string `json:"text"`
	Topics int    `json:"topics"`
}

// mostContradictions bounds the texts that are kept of an entry: a column can
// make each topic's another.
const mostContradictions = 20

// contradictions counts them by entry and text.
type contradictions map[*plan.Entry]map[string]int

func (all contradictions) add(e *plan.Entry, c *plan.Candidate) {
	for _, text := range e.Prompt.Contradictions(c.Topic.Row) {
		if all[e] == nil {
			all[e] = map[string]int{}
		}
		if _, known := all[e][text]; known || len(all[e]) < mostContradictions {
			all[e][text]++
		}
	}
}

// of are an entry's, the most frequent first.
func (all contradictions) of(e *plan.Entry) (list []Contradiction) {
	for text, n := range all[e] {
		list = append(list, Contradiction{text, n})
	}
	slices.SortFunc(list, func(a, b Contradiction) int {
		if a.Topics != b.Topics {
			return b.Topics - a.Topics
		}
		return strings.Compare(a.Text, b.Text)
	})
	return list
}
