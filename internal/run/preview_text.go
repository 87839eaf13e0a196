package run

import (
	"fmt"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/term"
)

// plannedJob is a post that would be made. Its JSON names are promised.
type plannedJob struct {
	Event  string `json:"event"`
	ID     string `json:"id"`
	Topic  string `json:"topic"`
	Label  string `json:"label"`
	Slug   string `json:"slug"`
	Path   string `json:"path"`
	Plan   string `json:"plan"`
	Reason string `json:"reason"`
}

func (j plannedJob) Text(p *printer.Page) { p.Linef("%s\t%s: %s", j.Path, j.Plan, j.Reason) }

// preview is what a run would do: as JSON a line for each entry, and for a
// person a table with what is to be known besides.
type preview struct {
	lines   []Line
	entries []*plan.Entry
	tallies []plan.Tally
	// until is --until as it was given, and sample says which sample it is; both
	// may be empty.
	until, sample string
	origins       []settings.Origin
	// first is the first prompt as it would be sent, of the entry firstOf.
	first   string
	firstOf string
	// run makes the command line that runs what is previewed, with further flags.
	run func(flags ...string) string
}

// Objects are the lines.
func (v *preview) Objects() (all []any) {
	for _, l := range v.lines {
		all = append(all, l)
	}
	return all
}

// Text writes the preview for a person.
func (v *preview) Text(p *printer.Page) {
	v.background(p)
	rows := [][]string{{"model", "posts", "done", "to make", "kept", "rejected", "time"}}
	for i, l := range v.lines {
		rows = append(rows, []string{
			l.Label, term.Number(l.Jobs), term.Number(l.Done + l.Restored), term.Number(v.tallies[i].Asks()), term.Number(l.Kept), term.Number(l.Rejected), l.time(v.tallies[i].Asks()),
		})
	}
	p.Table(false, rows)
	for i, l := range v.lines {
		l.reasons(p, v.tallies[i])
		if l.Blocked > 0 {
			p.Linef("%s: %s blocked, for example %s", l.Label, term.Number(l.Blocked), v.entries[i].Blocked[0])
		}
		for _, why := range l.Remarks() {
			p.Linef("%s: %s", l.Label, why)
		}
	}
	if len(v.lines) > 0 && v.lines[0].Asks {
		p.Linef("\nrun asks before it replaces finished posts, or needs --replace (makes them again) or --keep-done (keeps them)")
	}
	if v.until != "" {
		p.Linef("\nuntil %s: %s", v.until, fitText(v.lines, v.tallies))
	}
	if len(v.lines) > 0 && v.lines[0].Only != "" {
		p.Linef("\nonly %s", v.lines[0].Only)
	}
	if v.sample != "" {
		p.Linef("\na sample: %s", v.sample)
	}
	if len(v.lines) > 0 && len(v.lines[0].UnusedColumns) > 0 {
		p.Linef("\ncolumns that nothing uses: %s", few(v.lines[0].UnusedColumns))
	}
	if len(v.lines) > 0 {
		p.Block(true, term.Rows(v.lines[0].BadRows, v.lines[0].SkippedRows, v.lines[0].Filtered))
	}
	if command := v.trial(); command != "" {
		p.Linef("\nthe time is known once some posts are made: %s", command)
	}
}

// mostColumns is how many columns are named.
const mostColumns = 12

// few are the first of a list of names, and how many more there are.
func few(all []string) string {
	if len(all) <= mostColumns {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s, and %s more", strings.Join(all[:mostColumns], ", "), term.Number(len(all)-mostColumns))
}

// background writes the first prompt and the settings. They are long, and what a
// person asked for stands below them.
func (v *preview) background(p *printer.Page) {
	if v.first != "" {
		p.Linef("the first prompt, for %s:\n", v.firstOf)
		for line := range strings.SplitSeq(v.first, "\n") {
			p.Linef("    %s", line)
		}
		p.Linef("")
	}
	p.Linef("settings:")
	var rows [][]string
	for _, o := range v.origins {
		rows = append(rows, []string{"  " + o.Key, o.Shown(), "from " + o.From})
	}
	p.Table(false, rows)
	p.Linef("")
}

// reasons says why the entry's posts would be made, or not.
func (l Line) reasons(p *printer.Page, t plan.Tally) {
	for d, n := range t.Reasons() {
		if d != plan.Replaced {
			p.Linef("%s: %s %s: %s", l.Label, term.Number(n), d, d.Reason())
			continue
		}
		for _, why := range l.Because {
			p.Linef("%s: %s %s: %s", l.Label, term.Number(why.Posts), d, why.Why())
		}
	}
}

// enough is for how many posts a trial is worth its time, and tried how many
// posts it makes.
const enough, tried = 50, 10

// trial is a command that makes a few posts, where many are to be made at a speed
// that nobody knows.
func (v *preview) trial() string {
	for i, l := range v.lines {
		asks := v.tallies[i].Asks()
		if v.sample == "" && l.SetAside == "" && len(l.Waits) == 0 && l.Seconds == 0 && asks >= enough {
			return v.run(fmt.Sprintf("--topics-sample %d", tried))
		}
	}
	return ""
}

// time says how long the entry's posts would take, of which asks are requested.
func (l Line) time(asks int) string {
	switch {
	case l.SetAside != "":
		return "set aside"
	case len(l.Waits) > 0:
		return "waits"
	case asks == 0:
		return "none"
	case l.Seconds > 0:
		return "about " + term.Duration(time.Duration(l.Seconds*float64(time.Second)))
	}
	return "not known yet"
}

// Remarks returns what a person should know about the entry before the run.
func (l Line) Remarks() (all []string) {
	for _, text := range append([]string{l.SetAside, l.Warning}, l.Gaps...) {
		if text != "" {
			all = append(all, text)
		}
	}
	for _, c := range l.Contradictions {
		all = append(all, term.Count(c.Topics, "topic")+": "+c.Text)
	}
	return all
}

// fitText says how many posts fit into the time until --until.
func fitText(lines []Line, tallies []plan.Tally) string {
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
		return fmt.Sprintf("about %s posts fit in; only models whose speed is known are counted", term.Number(fits))
	}
	return fmt.Sprintf("about %s of %s posts fit in", term.Number(fits), term.Number(all))
}
