package run

import (
	"context"
	"errors"

	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// lookAgain counts the posts that disappeared from the folder by the end of a run. It
// returns the run's error, or else the error of a folder or ledger that was moved.
func (p *Prepared) lookAgain(ctx context.Context, o *outcome, sink *output.Sink, runErr error) error {
	if still := p.Plan.Posts.Folder.CheckStill(); still != nil && runErr == nil {
		runErr = still
	}
	if moved, ok := errors.AsType[*output.MovedError](runErr); ok && moved.Whole {
		for _, m := range o.models {
			o.lose(m, m.There())
		}
		return runErr
	}
	gone, err := sink.Gone(ctx)
	if err == nil && p.Plan.Posts.Folder.LabelsChanged() {
		err = p.goneBefore(ctx, gone)
	}
	if err != nil {
		return errors.Join(runErr, err)
	}
	for label, n := range gone {
		if m := o.models[label]; m != nil {
			o.lose(m, n)
		}
	}
	if o.Gone > 0 {
		p.req.Printer.Note("%s disappeared from %s during the run", term.Count(o.Gone, "post"), p.req.Settings.Defaults.Out)
	}
	return runErr
}

// goneBefore adds the posts that existed before the run and disappeared.
func (p *Prepared) goneBefore(ctx context.Context, gone map[string]int) error {
	for _, e := range p.Plan.Entries {
		n, err := p.Plan.Gone(ctx, e)
		if err != nil {
			return err
		}
		gone[e.Label] += n
	}
	return nil
}

// lose counts posts of a model as disappeared.
func (o *outcome) lose(m *record.ModelLine, n int) {
	o.Gone += n
	o.Left += n
	m.Done = max(0, m.Done-n) // kept posts are not in it
	m.Left += n
}
