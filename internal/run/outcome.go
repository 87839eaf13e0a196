package run

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/estimate"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/internal/term"
)

// outcome collects what a run did and says in the end how the whole stands.
// The recorder alone adds to it.
type outcome struct {
	p *Prepared
	record.Summary
	models map[string]*record.ModelLine
	// allRejected are the models that were set aside because of their first jobs.
	allRejected []*batch.AllRejectedError
	first       string // the first post that was written, for the hint
	rejected    string // the slug of the first that was rejected in this run
}

func newOutcome(p *Prepared) *outcome {
	o := &outcome{p: p, models: map[string]*record.ModelLine{}}
	o.Mended = map[string]int{}
	o.Out = p.req.Settings.Defaults.Out
	o.Duplicates, o.BadRows = p.Report.Duplicates, p.Report.BadRows
	o.SkippedRows, o.Filtered = skippedRows(p.Report), p.Report.Filtered
	if p.SampleOf > 0 {
		o.SampleOf, o.Sample = p.SampleOf, p.req.Sample.Text(p.Report.Topics, p.SampleOf)
	}
	o.Only = p.OnlyText()
	for i, e := range p.Plan.Entries {
		o.models[e.Label] = &record.ModelLine{Label: e.Label, Model: e.Name, Prompt: e.Prompt.Name, WordsAsked: e.Prompt.Contract.Words()}
		o.countEntry(e, p.Tallies[i])
	}
	return o
}

// countEntry adds the jobs of an entry as they stand before they are requested. Those
// of one that waits for its server are left.
func (o *outcome) countEntry(e *plan.Entry, t plan.Tally) {
	o.tally(e, t, 1)
	if len(e.Waits) > 0 {
		return
	}
	if t[plan.SetAside] > 0 {
		o.Reasons = append(o.Reasons, hint.Text(e.Unusable))
	}
	o.Reasons = append(o.Reasons, e.Blocked...)
	if more := t[plan.Blocked] - len(e.Blocked); more > 0 {
		o.Reasons = append(o.Reasons, fmt.Sprintf("%s more in %s: nightpress verify names them", term.Number(more), e.Label))
	}
}

// uncount undoes countEntry for an entry that waited.
func (o *outcome) uncount(e *plan.Entry, t plan.Tally) { o.tally(e, t, -1) }

func (o *outcome) tally(e *plan.Entry, t plan.Tally, sign int) {
	m := o.models[e.Label]
	left, aside := t.Asks(), t[plan.SetAside]+t[plan.Blocked]
	if len(e.Waits) > 0 {
		left, aside = left+t[plan.SetAside], t[plan.Blocked]
	}
	o.Jobs += sign * t.All()
	o.AlreadyDone += sign * t.Exist()
	o.Kept += sign * t[plan.Kept]
	o.Rejected += sign * t[plan.Rejected]
	o.SetAside += sign * aside
	o.Left += sign * left
	m.Left += sign * left
	m.Jobs += sign * t.All()
	m.Done += sign * t.Exist()
	m.Rejected += sign * t[plan.Rejected]
	m.SetAside += sign * aside
}

// plan is the summary of a run that is about to begin with these servers.
func (o *outcome) plan(servers []estimate.Server) record.Summary {
	o.Workers = workers(servers)
	s := o.Summary
	for _, one := range servers {
		line := record.ServerLine{Name: one.Name, Tuned: map[string]record.Tuned{}}
		for label, n := range one.Workers {
			line.Tuned[label] = record.Tuned{Workers: n}
		}
		s.Servers = append(s.Servers, line)
	}
	for _, e := range o.p.Plan.Entries {
		s.Models = append(s.Models, *o.models[e.Label])
	}
	return s
}

// add counts one result as it was saved.
func (o *outcome) add(res *record.Result, path string) {
	m := o.models[res.Label]
	o.Left--
	m.Left--
	for _, a := range res.Attempts[res.Earlier:] {
		o.Tokens += a.EvalCount
		o.PromptTokens += a.PromptEvalCount
		m.Tokens += a.EvalCount
		o.TokensSaved += a.TokensSaved
	}
	switch v := res.Verdict(); v.Outcome {
	case record.FirstTry:
		o.Judged++
		m.Judged++
		o.FirstTry++
		m.FirstTry++
	case record.Mended:
		o.Judged++
		m.Judged++
		o.Mended[v.Remedy.String()]++
	case record.Failed:
		o.Judged++
		m.Judged++
	}
	switch res.Status {
	case record.Done:
		o.Written++
		if o.first == "" {
			o.first = filepath.Join(o.Out, filepath.FromSlash(path))
		}
		m.Done++
		m.Written++
		if len(res.Repairs()) > 0 {
			o.Repaired++
		}
	case record.Kept:
		o.Kept++
	case record.Rejected:
		o.Rejected++
		m.Rejected++
		if o.rejected == "" {
			o.rejected = res.Slug
		}
		o.p.reasons.result(res)
	case record.SetAside:
		o.SetAside++
		m.SetAside++
		if !slices.Contains(o.Reasons, res.Reason) && len(o.Reasons) < MostReasons {
			o.Reasons = append(o.Reasons, res.Reason)
		}
	}
}

// MostReasons bounds the reasons that a summary names.
const MostReasons = 20

// end completes the summary, prints it, and returns what the command exits
// with. The exit code speaks of the whole, over all runs.
func (o *outcome) end(runErr error) error {
	o.Interrupted = runErr != nil && exit.Code(runErr) == exit.Interrupted
	o.Problems = o.p.reasons.list()
	for _, e := range o.p.Plan.Entries {
		o.Models = append(o.Models, *o.models[e.Label])
	}
	if o.Written > 0 {
		o.TokensPerPost = o.Tokens / o.Written
	}
	o.Next = o.next()
	if err := o.print(); err != nil {
		return err
	}
	if runErr != nil {
		if code := exit.Code(runErr); code == exit.Interrupted || errors.Is(runErr, batch.ErrLimit) || errors.Is(runErr, batch.ErrUntil) {
			return exit.Silent(code)
		}
		return runErr
	}
	if o.Rejected+o.SetAside+o.Gone > 0 {
		return exit.Silent(exit.Incomplete)
	}
	return nil
}

// next lists what a person may type now.
func (o *outcome) next() (commands []string) {
	if o.Left > 0 {
		commands = append(commands, o.p.req.Again())
	}
	if o.rejected != "" && len(o.allRejected) == 0 {
		commands = append(commands, o.p.req.Show(o.rejected))
	}
	if o.Rejected > 0 {
		commands = append(commands, o.p.req.Again("--retry-rejected"))
	}
	for _, why := range o.allRejected {
		commands = append(commands, o.p.req.Show(why.Slug))
	}
	if len(o.allRejected) > 0 {
		commands = append(commands, o.p.req.Again("--max-rejected=0"))
	}
	if len(commands) == 0 && o.first != "" {
		commands = append(commands, shell.Show(o.first))
	}
	return commands
}

// ended is the summary of a run that is over: the last object with JSON.
type ended struct {
	Event string `json:"event"`
	record.Summary
}

// Text writes the summary for a person, on standard error.
func (e ended) Text(p *printer.Page) { p.Block(false, term.Summary(&e.Summary)) }

// print shows the summary.
func (o *outcome) print() error {
	err := o.p.req.Printer.Print(ended{"summary", o.Summary})
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.EIO) {
		return nil // nobody reads any more, and the posts exist all the same
	}
	return err
}
