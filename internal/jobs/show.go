package jobs

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/status"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/internal/validate"
	"github.com/nightpress/nightpress/output"
)

// Show prints what the ledger knows of a topic's jobs and their attempts, with
// the raw replies where replies is set. It changes nothing.
func Show(ctx context.Context, req Request, what string, replies bool) (err error) {
	posts, err := output.OpenToRead(ctx, req.Settings.Defaults.Out)
	if err != nil {
		return err
	}
	defer func() {
		status.NoteUnreadable(posts.Ledger.Unreadable(), req.Printer)
		err = errors.Join(err, posts.Close())
	}()
	found, err := find(ctx, posts, what, posts.Ledger.Find)
	if err != nil {
		return err
	}
	for _, j := range found {
		attempts, err := posts.Ledger.Attempts(ctx, j.ID)
		if err != nil {
			return err
		}
		if !replies {
			for i := range attempts {
				attempts[i].Reply, attempts[i].Thinking, attempts[i].Joined = "", "", ""
			}
		}
		if err := req.Printer.Print(details{"job", j, attempts, req.Settings.Defaults.Out}); err != nil {
			return err
		}
	}
	return nil
}

// details is a job with its attempts. Its JSON names are promised.
type details struct {
	Event    string           `json:"event"`
	Job      *ledger.Job      `json:"job"`
	Attempts []record.Attempt `json:"attempts"`
	// out is the folder of the posts.
	out string
}

// state is the job's status, its verdict unless the status says it too, and its
// reason.
func (d details) state() []string {
	all := []string{string(d.Job.Status)}
	switch v := d.Job.Verdict; v.Outcome {
	case record.FirstTry:
		all = append(all, "at the first try")
	case record.Mended:
		all = append(all, "mended by "+v.Remedy.String())
	case record.ByHand:
		all = append(all, "by hand")
	}
	if d.Job.Reason != "" {
		all = append(all, d.Job.Reason)
	}
	return all
}

func (d details) Text(p *printer.Page) {
	j := d.Job
	p.Linef("%s/%s  %s", j.Label, j.Slug, strings.Join(d.state(), "  "))
	p.Linef("  topic  %s", j.Topic)
	p.Linef("  model  %s (%.12s), prompt %s", j.Model, j.Digest, j.Prompt)
	if j.Path != "" {
		p.Linef("  file   %s, %s words%s", filepath.Join(d.out, filepath.FromSlash(j.Path)), term.Number(j.Words), validate.Repaired(j.Repairs))
	}
	for _, at := range d.Attempts {
		attemptText(p, at)
	}
}

func attemptText(p *printer.Page, at record.Attempt) {
	p.Linef("  attempt %d (%s), seed %d: %s in %.1f s", at.N, at.Remedy, at.Seed, term.Count(at.EvalCount, "token"), at.Seconds)
	if at.Aborted != "" {
		p.Linef("    given up: %s, about %s saved", at.Aborted, term.Count(at.TokensSaved, "token"))
	}
	for _, problem := range at.Problems {
		p.Linef("    line %d: %s: %s", problem.Line, problem.Code, problem.Message)
	}
	if at.Error != "" {
		p.Linef("    error: %s", at.Error)
	}
	if at.AfterEnd != "" {
		p.Linef("    after the end of the text: %s", at.AfterEnd)
	}
	if at.Reply == "" {
		return
	}
	for line := range strings.SplitSeq(at.Reply, "\n") {
		p.Linef("    | %s", strings.TrimSuffix(line, "\r"))
	}
}
