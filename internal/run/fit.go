package run

import (
	"slices"
	"time"

	"github.com/nightpress/nightpress/internal/plan"
)

// fit estimates how many posts of each model are made in a time, one model
// after the other as they run. Behind a model whose pace is not known nothing
// is known.
func (p *Prepared) fit(lines []Line, loaded func(model string) bool, left time.Duration) {
	for _, e := range plan.Order(p.Plan.Entries, loaded) {
		i := slices.Index(p.Plan.Entries, e)
		l, asks := &lines[i], p.Tallies[i].Asks()
		if l.SetAside != "" || asks == 0 {
			continue
		}
		if l.Seconds == 0 {
			return
		}
		n := min(asks, int(float64(asks)*max(0, left.Seconds())/l.Seconds))
		l.Fits = &n
		left -= time.Duration(l.Seconds * float64(time.Second))
	}
}
