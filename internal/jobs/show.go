package jobs

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/status"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/internal/validate"
	"github.com/nightpress/nightpress/output"
)

// Parts are what Show prints only if it is asked for: the raw replies, and the
// messages that were sent.
type Parts struct{ Replies, Prompt bool }

// Show prints what the ledger knows of a topic's jobs and their attempts. It changes
// nothing.
func Show(ctx context.Context, req Request, what string, parts Parts) (err error) {
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
		with, err := posts.Ledger.Made(ctx, j.ID)
		if err != nil {
			return err
		}
		if !parts.Replies {
			for i := range attempts {
				attempts[i].Reply, attempts[i].Thinking, attempts[i].Joined = "", "", ""
			}
		}
		if err := req.Printer.Print(details{"job", j, newMade(with, j.Server, parts.Prompt), attempts, req.Settings.Defaults.Out}); err != nil {
			return err
		}
	}
	return nil
}

// details is a job with its attempts. Its JSON names are promised.
type details struct {
	Event    string           `json:"event"`
	Job      *ledger.Job      `json:"job"`
	Made     *made            `json:"made"`
	Attempts []record.Attempt `json:"attempts"`
	// out is the folder of the posts.
	out string
}

// state is the job's status, its verdict unless the status says it too, and its
// reason.
func (d details) state() []string {
	all := []string{d.Job.Status.String()}
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
	d.Made.text(p)
	step := ""
	for i, at := range d.Attempts {
		if at.Step != nil && at.Step.String() != step {
			step = at.Step.String()
			p.Linef("  %s", stepText(d.Attempts[i:]))
		}
		attemptText(p, at)
	}
}

// stepText says what came of the step with which the attempts begin.
func stepText(attempts []record.Attempt) string {
	about, n, tokens, seconds := *attempts[0].Step, 0, 0, 0.0
	for _, at := range attempts {
		if at.Step == nil || at.Step.String() != about.String() {
			break
		}
		about = *at.Step
		n, tokens, seconds = n+1, tokens+at.EvalCount, seconds+at.Seconds
	}
	text := about.String()
	if about.Heading != "" {
		text += fmt.Sprintf(" %q", about.Heading)
	}
	switch {
	case !about.Accepted:
		text += ": not accepted"
	case about.Kind == contract.PartSection || about.Kind == contract.PartOpening || about.Kind == contract.PartClosing:
		text += fmt.Sprintf(": %s of %s", term.Number(about.Words), term.Count(about.Asked, "word"))
	default:
		text += ": accepted"
	}
	text += fmt.Sprintf(", %s, %s in %.1f s", term.Count(n, "attempt"), term.Count(tokens, "token"), seconds)
	if about.Omitted > 0 {
		text += fmt.Sprintf("; %s of the text before it did not fit in num_ctx", term.Count(about.Omitted, "part"))
	}
	return text
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
