package report

import (
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/internal/stats"
	"github.com/nightpress/nightpress/internal/term"
)

// matrix is a table whose rows and columns are names.
type matrix struct {
	Corner string
	Head   []string
	Rows   []matrixRow
}

type matrixRow struct {
	Name  string
	Cells []matrixCell
}

// matrixCell is "–" if there is nothing to show. Class colors it: "more", "less", or "".
type matrixCell struct{ Text, Sub, Title, Class string }

// pairMatrix shows how often the model of a row was preferred to that of a column, the
// best model first. It is nil with fewer than three models: the ranking says as much.
func (p *preferences) pairMatrix() *matrix {
	if len(p.ranking.models) < 3 {
		return nil
	}
	by := map[[2]string]*pair{}
	for _, one := range p.compared() {
		by[[2]string{one.A, one.B}] = one
	}
	m := &matrix{Corner: "Preferred to"}
	for _, a := range p.ranking.models {
		m.Head = append(m.Head, line(a.A, 60))
		row := matrixRow{Name: line(a.A, 60)}
		for _, b := range p.ranking.models {
			row.Cells = append(row.Cells, pairCell(by, a.A, b.A))
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

func pairCell(by map[[2]string]*pair, a, b string) matrixCell {
	one := by[[2]string{min(a, b), max(a, b)}]
	if a == b || one == nil || one.decided() == 0 {
		return matrixCell{Text: "–"}
	}
	share, _ := one.share()
	if a > b {
		share = 1 - share
	}
	c := matrixCell{Text: percent(share), Sub: "n " + whole(float64(one.decided())), Title: fmt.Sprintf("%s was preferred to %s in %s of %s", line(a, 60), line(b, 60), percent(share), term.Count(one.decided(), "decided answer"))}
	switch {
	case one.Noise:
		c.Text += " ~"
	case share > 0.5:
		c.Class = "more"
	default:
		c.Class = "less"
	}
	return c
}

// remedyMatrix shows how often each remedy of each model led to a reply that met the
// contract; nil if none was tried.
func remedyMatrix(models []*Model) *matrix {
	m := &matrix{Corner: "Remedy"}
	var names []string
	for _, one := range models {
		m.Head = append(m.Head, line(one.Name, 60))
		for name := range one.Remedies {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		row := matrixRow{Name: line(name, 60)}
		for _, one := range models {
			row.Cells = append(row.Cells, remedyCell(one.Remedies[name]))
		}
		m.Rows = append(m.Rows, row)
	}
	if m.Rows == nil {
		return nil
	}
	return m
}

func remedyCell(t *tried) matrixCell {
	if t == nil || t.Asked == 0 {
		return matrixCell{Text: "–"}
	}
	i := stats.Wilson(t.Mended, t.Asked)
	text := fmt.Sprintf("%s of %s", whole(float64(t.Mended)), whole(float64(t.Asked)))
	return matrixCell{Text: text, Sub: percent(float64(t.Mended) / float64(t.Asked)), Title: fmt.Sprintf("95%% interval: %s to %s", percent(i.Low), percent(i.High))}
}
