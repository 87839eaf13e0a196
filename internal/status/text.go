package status

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/stats"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/rivo/uniseg"
)

// Text writes the status for a person.
func (st *Report) Text(p *printer.Page) { p.Block(true, st.text()) }

func (st *Report) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s there", term.Clean(st.Out), term.Count(st.There, "post"))
	if st.Jobs > 0 {
		fmt.Fprintf(&b, ", %s left of %s asked for", term.Number(st.Left), term.Number(st.Jobs))
	}
	b.WriteString("\n")
	if st.Running != nil {
		st.Running.text(&b, st.now)
	} else if st.Last != nil {
		st.Last.text(&b)
	}
	b.WriteString("\n")
	st.table(&b)
	st.spent(&b)
	if len(st.Problems) > 0 {
		b.WriteString("\nrejected because of\n")
	}
	for _, p := range st.Problems {
		fmt.Fprintf(&b, "  %s x %s: %s\n", term.Number(p.Jobs), p.Code, term.Truncate(term.Clean(p.Message), 90))
	}
	b.WriteString(term.Rows(st.BadRows, st.SkippedRows, st.Filtered))
	if text := Unreadable(st.Unreadable); text != "" {
		b.WriteString("\n" + text)
	}
	return b.String()
}

// mostNamed is how many unreadable records are named.
const mostNamed = 5

// Unreadable counts and names records that were left out, a line each. It is ""
// without any.
func Unreadable(all []ledger.Unreadable) string {
	if len(all) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "left out: %s of the ledger cannot be read\n", term.Count(len(all), "record"))
	for i, u := range all {
		if i == mostNamed {
			fmt.Fprintf(&b, "  and %s more\n", term.Number(len(all)-i))
			break
		}
		fmt.Fprintf(&b, "  %s\n", term.Truncate(term.Clean(u.String()), 120))
	}
	return b.String()
}

// spent says what mended posts and what a post cost.
func (st *Report) spent(b *strings.Builder) {
	if len(st.MendedBy) > 0 {
		fmt.Fprintf(b, "\nmended: %s\n", term.ByRemedy(st.MendedBy))
	}
	if st.TokensPerPost > 0 {
		fmt.Fprintf(b, "\n%s for each post that is there", term.Count(st.TokensPerPost, "token"))
		if st.TokensSaved > 0 {
			fmt.Fprintf(b, ", about %s saved by early aborts", term.Number(st.TokensSaved))
		}
		b.WriteString("\n")
	}
}

func (st *Report) table(b *strings.Builder) {
	t := tabwriter.NewWriter(b, 0, 8, 2, ' ', tabwriter.AlignRight)
	width := len("model")
	for _, m := range st.Models {
		width = max(width, uniseg.StringWidth(term.Clean(m.Label)))
	}
	fmt.Fprintln(t, pad("model", width)+"\tthere\tfirst try\tmended\trepaired\trejected\tset aside\tleft\ttokens\ttokens/s\t")
	for _, m := range st.Models {
		share, rate := "-", "-"
		if judged := m.FirstTry + m.Mended + m.Rejected; judged > 0 {
			share = stats.PercentOf(m.FirstTry, judged)
		}
		if m.TokensPerSecond > 0 {
			rate = term.Number(int(math.Round(m.TokensPerSecond)))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", pad(term.Clean(m.Label), width), term.Number(m.Done+m.Kept), share,
			term.Number(m.Mended), term.Number(m.Repaired), term.Number(m.Rejected), term.Number(m.SetAside), term.Number(m.Left),
			term.Number(m.Tokens), rate)
	}
	_ = t.Flush() // a strings.Builder takes everything
}

// pad fills a text up to so many columns.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-uniseg.StringWidth(s)))
}

func (r *Running) text(b *strings.Builder, now time.Time) {
	who := fmt.Sprintf("process %d", r.PID)
	if r.PID == 0 {
		who = "a process"
	}
	fmt.Fprintf(b, "running: %s since %s", who, moment(r.Since))
	if r.Model != "" {
		fmt.Fprintf(b, ", at %s", term.Clean(r.Model))
	}
	if r.Seconds != nil {
		left := time.Duration(*r.Seconds) * time.Second
		fmt.Fprintf(b, ", about %s left", term.Duration(left))
	}
	b.WriteString("\n")
	if r.WaitingSince != nil {
		fmt.Fprintf(b, "waiting since %s (%s): %s\n", moment(*r.WaitingSince), term.Duration(now.Sub(*r.WaitingSince)), term.Clean(r.WaitingFor))
	}
}

func (e *Ended) text(b *strings.Builder) {
	if e.Until == nil {
		fmt.Fprintf(b, "last run: begun %s and killed; the same command goes on: %s\n", moment(e.Since), term.Clean(e.Command))
		return
	}
	fmt.Fprintf(b, "last run: %s to %s, exit %d: %s\n", moment(e.Since), moment(*e.Until), *e.ExitCode, exit.Meaning(*e.ExitCode))
	if *e.ExitCode != exit.Done {
		fmt.Fprintf(b, "command:  %s\n", term.Clean(e.Command))
	}
}

func moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }
