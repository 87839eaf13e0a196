package report

import (
	"encoding/json"
	"fmt"
	"html/template"
	"slices"

	"github.com/nightpress/nightpress/output"
)

// listSize is how many topics a page lists; further topics are on further pages.
// Only tests change it.
var listSize = 10_000

// list is the topics of one page in the form that the page's script reads. It
// is compact because there may be many topics.
type list struct {
	// Models are names, Codes are problems; topics refer to both by number.
	Models []string `json:"models"`
	Codes  []string `json:"codes"`
	// Topics are [page, topic, numbers]. The numbers of each job are: model,
	// state, attempts, words, the number of problems, and the problems.
	Topics [][3]any `json:"topics"`

	models map[*Model]int
	codes  map[string]int
}

// The bits of a job's state above its outcome, which takes the lowest three.
const (
	stateRepeats = 8 << iota
	stateRepaired
	stateEdited
)

func newList() *list {
	return &list{Models: []string{}, Codes: []string{}, Topics: [][3]any{}, models: map[*Model]int{}, codes: map[string]int{}}
}

func (l *list) add(t *topic) {
	numbers := make([]int, 0, 6*len(t.Entries))
	for _, e := range t.Entries {
		state := int(e.outcome)
		if e.repeats != "" {
			state |= stateRepeats
		}
		if e.outcome.accepted() && len(e.Repairs) > 0 {
			state |= stateRepaired
		}
		if e.post != nil && e.post.Edited {
			state |= stateEdited
		}
		problems := problems(e)
		numbers = append(numbers, l.model(e.model), state, len(e.Record.Attempts), e.Words, len(problems))
		for _, code := range problems {
			numbers = append(numbers, l.code(code))
		}
	}
	l.Topics = append(l.Topics, [3]any{pageName(t.Slug), line(t.Text, 200) + t.sample(), numbers})
}

// sample names the sample of a topic's further posts: " (sample 2)".
func (t *topic) sample() string {
	if own := output.TopicSlug(t.Slug); own != t.Slug {
		return " (sample " + t.Slug[len(own)+1:] + ")"
	}
	return ""
}

func (l *list) model(m *Model) int {
	n, ok := l.models[m]
	if !ok {
		n = len(l.Models)
		l.models[m] = n
		l.Models = append(l.Models, line(m.Name, 80))
	}
	return n
}

// problems lists the problems of all replies of a job. The first problem of the
// last reply comes last.
func problems(e *entry) []string {
	all := codes(e.Record.Attempts)
	for _, kind := range e.kinds {
		all = append(slices.DeleteFunc(all, func(c string) bool { return c == kind }), kind)
	}
	return all
}

func (l *list) code(name string) int {
	n, ok := l.codes[name]
	if !ok {
		n = len(l.Codes)
		l.codes[name] = n
		l.Codes = append(l.Codes, line(name, 60))
	}
	return n
}

// script returns the list as a script element. encoding/json escapes "<", so no
// text can end the element.
func (l *list) script() (template.HTML, error) {
	data, err := json.Marshal(l)
	return template.HTML(`<script type="application/json" id="data">` + string(data) + `</script>`), err
}

// listName is the page of the list number n, counted from 0.
func listName(n int) string {
	if n == 0 {
		return "index.html"
	}
	return fmt.Sprintf("topics-%d.html", n+1)
}
