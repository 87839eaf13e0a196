package main

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/status"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
	"github.com/spf13/cobra"
)

func showCmd(a *app) *cobra.Command {
	var replies bool
	cmd := &cobra.Command{
		Use:   "show TOPIC_OR_SLUG",
		Short: "Show a topic's jobs, attempts, and problems",
		Long: `show prints what the ledger knows about a topic: each model's job, and its
attempts with their problems. --replies adds the raw replies.`,
		Example: `  nightpress show why-cats-purr
  nightpress show "Why do cats purr" --replies`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return showTopic(cmd.Context(), a, s, args[0], replies)
		},
	}
	cmd.Flags().BoolVar(&replies, "replies", false, "print the raw replies too")
	return cmd
}

func showTopic(ctx context.Context, a *app, s *settings.Settings, what string, replies bool) (err error) {
	posts, err := output.OpenToRead(ctx, s.Defaults.Out)
	if err != nil {
		return err
	}
	defer func() {
		sayUnreadable(a, posts.Ledger.Unreadable())
		err = errors.Join(err, posts.Close())
	}()
	l := posts.Ledger
	jobs, err := find(ctx, posts.Folder, what, l.Find)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		attempts, err := l.Attempts(ctx, j.ID)
		if err != nil {
			return err
		}
		if !replies {
			for i := range attempts {
				attempts[i].Reply, attempts[i].Thinking, attempts[i].Joined = "", "", ""
			}
		}
		if err := a.printer().Print(jobDetails{"job", j, attempts}); err != nil {
			return err
		}
	}
	return nil
}

// jobDetails is a job with its attempts.
type jobDetails struct {
	Event    string           `json:"event"`
	Job      *ledger.Job      `json:"job"`
	Attempts []record.Attempt `json:"attempts"`
}

func (d jobDetails) Text(p *printer.Page) {
	j := d.Job
	p.Linef("%s/%s  %s  %s", j.Label, j.Slug, j.Status, j.Reason)
	p.Linef("  topic  %s", j.Topic)
	p.Linef("  model  %s (%.12s), prompt %s", j.Model, j.Digest, j.Prompt)
	if j.Path != "" {
		p.Linef("  file   %s, %s words%s", j.Path, term.Number(j.Words), repairList(j.Repairs))
	}
	for _, at := range d.Attempts {
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
		if at.Reply != "" {
			for line := range splitLines(at.Reply) {
				p.Linef("    | %s", line)
			}
		}
	}
}

// splitLines yields the lines of a text without their ends.
func splitLines(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(s, "\n") {
			if !yield(strings.TrimSuffix(line, "\r")) {
				return
			}
		}
	}
}

// sayUnreadable says which records of the ledger were left out, if any.
func sayUnreadable(a *app, all []ledger.Unreadable) {
	for line := range strings.Lines(status.Unreadable(all)) {
		a.say("%s", strings.TrimSpace(line))
	}
}
