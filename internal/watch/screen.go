package watch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/rivo/uniseg"
)

// The styles use the terminal's own colors, so that they can be read on a light and
// on a dark ground. The terminal library leaves colors out where NO_COLOR is set.
var (
	strong = ansi.Style{}.Bold()
	head   = ansi.Style{}.Faint()
	good   = ansi.Style{}.ForegroundColor(ansi.Green)
	warn   = ansi.Style{}.ForegroundColor(ansi.Yellow)
	bad    = ansi.Style{}.ForegroundColor(ansi.Red)
	usual  = ansi.Style{}
)

// page is a screen in the making: lines that fit its width.
type page struct {
	width int
	lines []string
}

// add adds a line: texts with a style each. Texts are cleaned, and the line is cut
// at the width.
func (p *page) add(parts ...part) {
	var b strings.Builder
	left := p.width
	for _, one := range parts {
		if left <= 0 {
			break
		}
		text := printer.Short(one.text, left)
		left -= uniseg.StringWidth(text)
		if len(one.style) > 0 {
			text = one.style.Styled(text)
		}
		b.WriteString(text)
	}
	p.lines = append(p.lines, b.String())
}

// part is a text in a style.
type part struct {
	style ansi.Style
	text  string
}

func plain(format string, args ...any) part { return part{usual, fmt.Sprintf(format, args...)} }

// column is a column of a table: how wide it is, and on which side its texts are.
type column struct {
	width int
	right bool
}

// row makes a line of cells in columns that are a space apart. A cell is cleaned
// and cut at its column.
func row(columns []column, cells ...string) string {
	var b strings.Builder
	for i, c := range columns {
		text := printer.Short(cells[i], c.width)
		fill := strings.Repeat(" ", max(0, c.width-uniseg.StringWidth(text)))
		if i > 0 {
			b.WriteString(" ")
		}
		if c.right {
			b.WriteString(fill + text)
		} else {
			b.WriteString(text + fill)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// screen is what a view shows.
type screen struct {
	out string
	// run is the run as it was last; nil before the first.
	run *live.Snapshot
	// note is what a key led to, or why there is no run.
	note string
	// noted is when a key led to it.
	noted time.Time
	// lost: the run is gone and did not say how it ended.
	lost bool
	// chosen is the server that d drains.
	chosen        int
	width, height int
}

// noted is how long the screen says what a key led to.
const noted = 10 * time.Second

const help = "p pause  u and unload  r resume  + - workers  d drain  s stop  arrows  q quit"

// text draws the screen. It has no more lines than the terminal.
func (s *screen) text() string {
	p := &page{width: max(s.width, 20)}
	if s.run == nil {
		p.add(part{strong, s.out})
		p.add()
		p.add(plain("%s", s.note))
		return s.finish(p, "q quit")
	}
	s.top(p)
	free := s.height - len(p.lines) - 1
	// Each table has at most a third, below its head; a quarter where there is a
	// fleet.
	share := max(1, free/3-2)
	if len(s.run.Workers) > 0 {
		share = max(1, free/4-2)
	}
	if len(s.run.Servers) > 0 {
		s.servers(p, min(len(s.run.Servers), share))
	}
	if len(s.run.Workers) > 0 {
		s.workers(p, min(len(s.run.Workers), share))
	}
	s.models(p, min(len(s.run.Models), share))
	s.causes(p)
	s.sections(p, min(len(s.run.Sections), share))
	s.jobs(p, s.height-len(p.lines)-1)
	return s.finish(p, help)
}

// finish adds the line of the keys at the bottom.
func (s *screen) finish(p *page, keys string) string {
	most := max(s.height-1, 1)
	p.lines = p.lines[:min(len(p.lines), most)]
	for len(p.lines) < most {
		p.lines = append(p.lines, "")
	}
	p.add(part{head, keys})
	return strings.Join(p.lines, "\n")
}

// top is how the run as a whole stands.
func (s *screen) top(p *page) {
	r := s.run
	state := part{good, r.State.String()}
	switch {
	case s.lost:
		state = part{bad, "gone"}
	case r.Ended != nil && r.Ended.ExitCode != 0:
		state = part{bad, r.State.String()}
	case r.State == live.Paused || r.State == live.Stopping:
		state = part{warn, r.State.String()}
	}
	since := "  began " + clock(r.Since, r.Time)
	if !s.lost && r.Ended == nil {
		since += ", now " + r.Time.Local().Format("15:04:05")
	}
	if r.Until != nil {
		since += ", until " + clock(*r.Until, r.Time)
	}
	p.add(part{strong, r.Out + ": "}, state, plain("%s", since))
	p.add(plain("%s", bar(r, min(24, p.width/4))+countsText(r)))
	if r.Ended == nil && !s.lost {
		p.add(plain("%s", paceText(r)))
	}
	switch note := noteText(r); {
	case s.lost:
		p.add(part{bad, goneText(r)})
	case r.Ended != nil:
		p.add(part{strong, endText(r)})
	case note != "":
		p.add(part{warn, note})
	}
	if s.note != "" && (s.noted.IsZero() || r.Time.Sub(s.noted) < noted) {
		p.add(part{strong, s.note})
	}
}

// bar shows how much of the run is done.
func bar(r *live.Snapshot, width int) string {
	if r.Jobs == 0 || width < 4 {
		return ""
	}
	full := (r.Jobs - r.Left) * (width - 3) / r.Jobs
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", width-3-full) + "] "
}

func (s *screen) servers(p *page, rows int) {
	name := 8
	for _, one := range s.run.Servers {
		name = max(name, min(len(one.Name), 12))
	}
	columns := []column{{name + 2, false}, {10, false}, {0, false}, {8, false}, {7, true}, {8, true}, {6, true}, {5, true}, {7, true}}
	taken := len(columns) - 1
	for _, c := range columns {
		taken += c.width
	}
	columns[2].width = max(4, min(30, p.width-taken))
	p.add()
	p.add(part{head, row(columns, "  server", "state", "model", "streams", "workers", "tokens/s", "posts", "loads", "outages")})
	first := min(max(0, s.chosen-rows+1), len(s.run.Servers)-rows)
	for i, one := range s.run.Servers[first : first+rows] {
		mark := "  "
		if first+i == s.chosen {
			mark = "> "
		}
		label := one.Name
		if label == "" {
			label = "server"
		}
		workers := fmt.Sprint(one.Workers)
		if one.Auto {
			workers += "a"
		}
		cells := []string{mark + label, one.State.String(), one.Model, streams(one), workers, whole(one.TokensPerSecond), term.Number(one.Posts), term.Number(one.Loads), term.Number(one.Outages)}
		if one.Reason != "" && one.Since != nil {
			// Why it does not work is worth more than its figures.
			since := fmt.Sprintf("since %s: %s", clock(*one.Since, s.run.Time), brief(one.Reason))
			p.add(part{bad, row(columns[:2], cells[:2]...) + "  " + since})
			continue
		}
		p.add(part{style(one.State), row(columns, cells...)})
	}
	s.more(p, len(s.run.Servers)-rows, "server")
}

// workers lists the machines of a fleet. Where not all have room, those that work
// come first.
func (s *screen) workers(p *page, rows int) {
	all := slices.Clone(s.run.Workers)
	now := s.run.Time
	slices.SortStableFunc(all, func(a, b live.Member) int { return cmp.Compare(rank(&a, now), rank(&b, now)) })
	name := 10
	for _, m := range all {
		name = max(name, min(len(m.Name)+2, 18))
	}
	columns := []column{{name, false}, {8, false}, {0, false}, {8, true}, {8, true}, {6, true}, {8, true}, {12, true}}
	taken := len(columns) - 1
	for _, c := range columns {
		taken += c.width
	}
	columns[2].width = max(4, min(30, p.width-taken))
	p.add()
	p.add(part{head, row(columns, "  worker", "state", "model", "streams", "tokens/s", "posts", "rejected", "last contact")})
	for _, m := range all[:rows] {
		line := part{usual, ""}
		switch m.State(now) {
		case live.Leaving:
			line.style = warn
		case live.Gone:
			line.style = bad
		case live.HasLeft:
			line.style = head
		}
		line.text = row(columns, "  "+m.Name, m.State(now).String(), m.Model, fmt.Sprint(m.Streams), whole(m.TokensPerSecond), term.Number(m.Posts), term.Number(m.Rejected), term.Ago(now.Sub(m.Seen)))
		p.add(line)
	}
	s.more(p, len(all)-rows, "worker")
}

// rank orders the machines on the screen.
func rank(m *live.Member, now time.Time) int {
	return slices.Index([]live.MemberState{live.AtWork, live.AtRest, live.Leaving, live.Gone, live.HasLeft}, m.State(now))
}

// brief leaves the server's address out of a reason: its row has the server's
// name, and what went wrong must fit beside it.
func brief(reason string) string {
	rest, found := strings.CutPrefix(reason, "Ollama at ")
	if _, why, cut := strings.Cut(rest, " "); found && cut {
		return why
	}
	return reason
}

func style(state live.ServerState) ansi.Style {
	switch state {
	case live.Away, live.Recovering, live.Out:
		return bad
	case live.Drained, live.Draining, live.Resting, live.Loading:
		return warn
	}
	return usual
}

func (s *screen) models(p *page, rows int) {
	columns := []column{{max(8, min(34, p.width-46)), false}, {9, true}, {9, true}, {10, true}, {9, true}}
	p.add()
	p.add(part{head, "  " + row(columns, "model", "there", "rejected", "set aside", "left")})
	for _, m := range s.run.Models[:rows] {
		line := part{usual, "  " + row(columns, m.Label, term.Number(m.There), term.Number(m.Rejected), term.Number(m.SetAside), term.Number(m.Left))}
		if m.Reason != "" {
			line.style, line.text = bad, line.text+"  "+m.Reason
		}
		p.add(line)
	}
	s.more(p, len(s.run.Models)-rows, "model")
}

func (s *screen) more(p *page, n int, noun string) {
	if n > 0 {
		p.add(part{head, fmt.Sprintf("  and %s more", term.Count(n, noun))})
	}
}

// causes is why posts were rejected, on a line.
func (s *screen) causes(p *page) {
	if len(s.run.Causes) == 0 {
		return
	}
	var all []string
	for _, c := range s.run.Causes {
		all = append(all, fmt.Sprintf("%s %s", term.Number(c.Jobs), c.Code))
	}
	p.add(part{head, "  rejected for: "}, plain("%s", strings.Join(all, ", ")))
}

// sections lists the posts in sections that are in progress, with the part that each is
// at.
func (s *screen) sections(p *page, rows int) {
	if rows == 0 {
		return
	}
	p.add()
	p.add(part{head, "  in progress"})
	for _, one := range s.run.Sections[:rows] {
		text := fmt.Sprintf("  %-16s  %s  %s", one.Step.String(), printer.Short(one.Topic, max(12, p.width/3)), one.Label)
		if one.Server != "" {
			text += " (" + one.Server + ")"
		}
		p.add(plain("%s", text))
	}
	s.more(p, len(s.run.Sections)-rows, "post")
}

// jobs lists the last posts, and with a third of the rows the last rejections.
func (s *screen) jobs(p *page, rows int) {
	var done []live.Job
	for _, j := range s.run.Last {
		if j.Status != record.Rejected {
			done = append(done, j)
		}
	}
	lost := s.run.LastRejected
	if rows < 3 || len(done)+len(lost) == 0 {
		return
	}
	p.add()
	rows--
	if len(lost) > 0 {
		some := min(len(lost), max(1, rows/3-1))
		if rows-some-1 < 2 {
			some = max(1, rows-1)
		}
		s.list(p, "last rejected", lost[:some])
		rows -= some + 1
	}
	if rows >= 2 && len(done) > 0 {
		s.list(p, "last posts", done[:min(len(done), rows-1)])
	}
}

func (s *screen) list(p *page, title string, jobs []live.Job) {
	p.add(part{head, "  " + title})
	for _, j := range jobs {
		text := fmt.Sprintf("  %s  %s  %s", j.Time.Local().Format("15:04:05"), printer.Short(j.Topic, max(12, p.width/3)), j.Label)
		if j.Server != "" {
			text += " (" + j.Server + ")"
		}
		line := part{usual, text}
		if j.Status == record.Rejected {
			line = part{bad, text + ": " + j.Reason}
		} else if j.Attempts > 1 {
			line.text += ", " + term.Count(j.Attempts, "attempt")
		}
		p.add(line)
	}
}
