package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
)

// made adds up the requests for one kind of part of posts in sections.
type made struct {
	// Accepted counts the parts, and Attempts the requests for them.
	Accepted, Attempts int
	Tokens             int
	Seconds            float64
	// Problems counts malformed replies by their first problem.
	Problems map[string]int
}

// partOrder are the parts in the order in which they are requested.
var partOrder = []string{
	contract.PartOutline.String(), contract.PartSection.String(), contract.PartClosing.String(),
	contract.PartOpening.String(), contract.PartFields.String(), contract.PartWhole.String(),
}

// addPart counts an attempt for a part of a post.
func (m *Model) addPart(a *record.Attempt) {
	if a.Step == nil || !slices.Contains(partOrder, a.Step.Kind.String()) {
		return
	}
	if m.Parts == nil {
		m.Parts = map[string]*made{}
	}
	kind := a.Step.Kind.String()
	p := m.Parts[kind]
	if p == nil {
		p = &made{Problems: map[string]int{}}
		m.Parts[kind] = p
	}
	p.Attempts++
	p.Tokens += a.EvalCount
	p.Seconds += a.Seconds
	switch {
	case a.Step.Accepted:
		p.Accepted++
	case a.Malformed():
		p.Problems[a.Problems[0].Code.String()]++
	case a.Error != "":
		p.Problems[record.RequestFailed]++
	}
}

// partGrid is the table of the parts of all models, nil if no post is in sections.
func partGrid(models []*Model) *grid {
	g := &grid{Head: []string{"Part", "Model", "Accepted", "Requests", "Tokens", "Seconds each", "Problems"}}
	for _, m := range models {
		for _, kind := range partOrder {
			p := m.Parts[kind]
			if p == nil {
				continue
			}
			each := "–"
			if p.Accepted > 0 {
				each = fmt.Sprintf("%.1f", p.Seconds/float64(p.Accepted))
			}
			g.Rows = append(g.Rows, []string{kind, line(m.Name, 60), whole(float64(p.Accepted)), whole(float64(p.Attempts)), whole(float64(p.Tokens)), each, p.problems()})
		}
	}
	if g.Rows == nil {
		return nil
	}
	return g
}

// problems lists the problems, the most frequent first.
func (p *made) problems() string {
	codes := slices.SortedFunc(maps.Keys(p.Problems), func(a, b string) int {
		return cmp.Or(cmp.Compare(p.Problems[b], p.Problems[a]), cmp.Compare(a, b))
	})
	var all []string
	for _, code := range codes {
		all = append(all, fmt.Sprintf("%s × %s", whole(float64(p.Problems[code])), line(code, 60)))
	}
	return strings.Join(all, ", ")
}

// partLine is the JSON form of made. Its names are stable.
type partLine struct {
	Accepted int            `json:"accepted"`
	Attempts int            `json:"attempts"`
	Tokens   int            `json:"tokens"`
	Seconds  float64        `json:"seconds"`
	Problems map[string]int `json:"problems"`
}
