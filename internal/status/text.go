package status

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/members"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/internal/stats"
	"github.com/nightpress/nightpress/internal/term"
)

// Text writes the status for a person.
func (st *Report) Text(p *printer.Page) {
	of := ""
	if st.Jobs > 0 {
		if n := st.setAside(); n > 0 {
			of = fmt.Sprintf(", %s set aside", term.Number(n))
		}
		of += fmt.Sprintf(", %s left", term.Number(st.Left))
	}
	if st.whole() {
		of += fmt.Sprintf(" of %s asked for", term.Number(st.Jobs))
	}
	p.Linef("%s: %s there%s", st.Out, term.Count(st.There, "post"), of)
	if b := st.Begun; b != nil {
		p.Linef("in sections: %s in progress, %s of %s there", term.Count(b.Posts, "post"), term.Number(b.Sections), term.Count(b.Of, "section"))
	}
	for _, one := range st.Sections {
		line := fmt.Sprintf("  %s: %s, %s", one.Step.String(), printer.Short(one.Topic, 60), one.Label)
		if one.Server != "" {
			line += " (" + one.Server + ")"
		}
		p.Linef("%s", line)
	}
	if st.Running != nil {
		st.Running.text(p, st.now)
	} else if st.Last != nil {
		st.Last.text(p)
	}
	p.Linef("")
	st.table(p)
	st.servers(p)
	if len(st.Workers) > 0 {
		p.Linef("")
		members.Table(p, st.Workers, st.now)
	}
	st.spent(p)
	if len(st.Problems) > 0 {
		p.Linef("\nrejected because of")
	}
	for _, problem := range st.Problems {
		p.Linef("  %s x %s: %s", term.Number(problem.Jobs), problem.Code, printer.Short(problem.Message, 90))
	}
	p.Block(true, term.Rows(st.BadRows, st.SkippedRows, st.Filtered))
	if len(st.Reasons) > 0 {
		p.Linef("\nset aside because")
	}
	for _, r := range st.Reasons {
		p.Linef("  %s", printer.Short(r, 200))
	}
	for i, line := range unreadable(st.Unreadable) {
		if i == 0 {
			p.Linef("")
		}
		p.Linef("%s", line)
	}
	if command, why := st.next(); command != "" {
		p.Linef("\nnext: %s (%s)", command, why)
	}
}

// next is the command that a person is likely to want now, and what it does; "" for
// none.
func (st *Report) next() (command, why string) {
	of := func(name string) string {
		if st.Out == config.Default().Defaults.Out {
			return "nightpress " + name
		}
		return "nightpress " + name + " -o " + shell.Quote(st.Out)
	}
	rejected := 0
	for _, m := range st.Models {
		rejected += m.Rejected
	}
	switch {
	case st.Running != nil:
		return of("watch"), "shows the run live"
	case st.Last == nil || st.Last.Command == "":
		return "", ""
	case st.Left > 0 || st.setAside() > 0:
		return st.Last.Command, "makes what is left"
	case rejected > 0 && !strings.Contains(st.Last.Command, "--retry-rejected"):
		return st.Last.Command + " --retry-rejected", "tries the rejected ones with other seeds"
	case st.There > 0:
		return of("report"), "compares the posts"
	}
	return "", ""
}

// setAside counts the jobs that were set aside. They are not left: they wait for
// somebody to remove the cause.
func (st *Report) setAside() (n int) {
	for _, m := range st.Models {
		n += m.SetAside
	}
	return n
}

// whole reports whether the folder holds the jobs of the newest run and no
// others. Earlier runs may have had other models or topics, and then what
// exists is not part of what the newest run was asked for.
func (st *Report) whole() bool {
	n := st.There + st.Left
	for _, m := range st.Models {
		n += m.Rejected + m.SetAside
	}
	return n == st.Jobs && n > 0
}

// mostNamed is how many unreadable records are named.
const mostNamed = 5

// unreadable counts and names records that were left out, a line each.
func unreadable(all []ledger.Unreadable) (lines []string) {
	if len(all) == 0 {
		return nil
	}
	lines = append(lines, fmt.Sprintf("left out: %s of the ledger cannot be read", term.Count(len(all), "record")))
	for i, u := range all {
		if i == mostNamed {
			return append(lines, fmt.Sprintf("  and %s more", term.Number(len(all)-i)))
		}
		lines = append(lines, "  "+printer.Short(u.String(), 120))
	}
	return lines
}

// NoteUnreadable says which records of the ledger a command left out, if any.
func NoteUnreadable(all []ledger.Unreadable, to printer.Printer) {
	for _, line := range unreadable(all) {
		to.Note("%s", strings.TrimSpace(line))
	}
}

// spent says what mended posts and what a post cost.
func (st *Report) spent(p *printer.Page) {
	if len(st.MendedBy) > 0 {
		p.Linef("\nmended: %s", term.ByRemedy(st.MendedBy))
	}
	if st.TokensPerPost == 0 {
		return
	}
	saved := ""
	if st.TokensSaved > 0 {
		saved = ", about " + term.Number(st.TokensSaved) + " saved by early aborts"
	}
	p.Linef("\n%s for each post that is there%s", term.Count(st.TokensPerPost, "token"), saved)
}

// perReply heads the speed at which one reply is generated. A run's own tokens/s
// are those of all replies together.
const perReply = "tokens/s per reply"

func (st *Report) table(p *printer.Page) {
	rows := [][]string{{"model", "there", "first try", "mended", "by hand", "repaired", "rejected", "set aside", "left", "tokens", perReply}}
	for _, m := range st.Models {
		share := "-"
		if judged := m.FirstTry + m.Mended + m.Rejected; judged > 0 {
			share = stats.PercentOf(m.FirstTry, judged)
		}
		row := []string{m.Label, term.Number(m.Done + m.Kept), share}
		for _, n := range []int{m.Mended, m.ByHand, m.Repaired, m.Rejected, m.SetAside, m.Left, m.Tokens} {
			row = append(row, term.Number(n))
		}
		rows = append(rows, append(row, rate(m.TokensPerSecond)))
	}
	p.Table(true, rows)
}

// rate is a speed in whole tokens, "-" if unknown.
func rate(perSecond float64) string {
	if perSecond <= 0 {
		return "-"
	}
	return term.Number(int(math.Round(perSecond)))
}

// servers lists what each server did in the newest run.
func (st *Report) servers(p *printer.Page) {
	if len(st.Servers) == 0 {
		return
	}
	p.Linef("")
	rows := [][]string{{"server", "posts", "rejected", perReply, "loads", "outages"}}
	for _, s := range st.Servers {
		rows = append(rows, []string{s.Name, term.Number(s.Posts), term.Number(s.Rejected), rate(s.TokensPerSecond), term.Number(s.Loads), term.Number(s.Outages)})
	}
	p.Table(true, rows)
	for _, s := range st.Servers {
		if s.AwaySince != nil {
			p.Linef("server %s is away since %s (%s): %s", s.Name, moment(*s.AwaySince), term.Duration(st.now.Sub(*s.AwaySince)), s.AwayFor)
		}
	}
}

func (r *Running) text(p *printer.Page, now time.Time) {
	who := fmt.Sprintf("process %d", r.PID)
	if r.PID == 0 {
		who = "a process"
	}
	line := fmt.Sprintf("running: %s since %s", who, moment(r.Since))
	if r.Model != "" {
		line += ", at " + r.Model
	}
	if r.Seconds != nil {
		line += ", about " + term.Duration(time.Duration(*r.Seconds)*time.Second) + " left"
	}
	p.Linef("%s", line)
	if r.PausedSince != nil {
		p.Linef("paused since %s (%s): %s", moment(*r.PausedSince), term.Duration(now.Sub(*r.PausedSince)), r.PausedFor)
	}
	if r.Stopping != "" {
		p.Linef("ending after the posts in progress: %s", r.Stopping)
	}
	if r.WaitingSince != nil {
		p.Linef("waiting since %s (%s): %s", moment(*r.WaitingSince), term.Duration(now.Sub(*r.WaitingSince)), r.WaitingFor)
	}
}

func (e *Ended) text(p *printer.Page) {
	if e.Until == nil {
		p.Linef("last run: begun %s and killed; the same command resumes the run: %s", moment(e.Since), e.Command)
		return
	}
	p.Linef("last run: %s to %s, exit %d: %s", moment(e.Since), moment(*e.Until), *e.ExitCode, exit.Meaning(*e.ExitCode))
	if *e.ExitCode != exit.Done {
		p.Linef("command:  %s", e.Command)
	}
}

func moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }
