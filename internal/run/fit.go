package run

import (
	"fmt"
	"slices"
	"time"

	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/term"
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

// FitText says what fit found.
func FitText(lines []Line, tallies []plan.Tally) string {
	fits, all, known := 0, 0, true
	for i, l := range lines {
		asks := tallies[i].Asks()
		if l.SetAside != "" || asks == 0 {
			continue
		}
		all += asks
		if l.Fits == nil {
			known = false
			continue
		}
		fits += *l.Fits
	}
	switch {
	case all == 0:
		return "nothing is to be made"
	case !known && fits == 0:
		return "how many posts fit in is known once some have been made"
	case !known:
		return fmt.Sprintf("about %s posts fit in, of the models whose pace is known", term.Number(fits))
	}
	return fmt.Sprintf("about %s of %s posts fit in", term.Number(fits), term.Number(all))
}
