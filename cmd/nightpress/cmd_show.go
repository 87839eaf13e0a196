package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
	"github.com/spf13/cobra"
)

func (a *app) showCmd() *cobra.Command {
	var replies bool
	cmd := &cobra.Command{
		Use:   "show TOPIC_OR_SLUG",
		Short: "Show one topic's jobs, attempts and problems",
		Long: `show prints what the ledger knows of a topic: each model's job, its attempts with
their problems, and with --replies the raw replies.`,
		Example: `  nightpress show why-cats-purr
  nightpress show "Why do cats purr" --replies`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return a.show(cmd.Context(), s, args[0], replies)
		},
	}
	cmd.Flags().BoolVar(&replies, "replies", false, "print the raw replies too")
	return cmd
}

func (a *app) show(ctx context.Context, s *settings.Settings, what string, replies bool) (err error) {
	posts, err := output.OpenToRead(ctx, s.Defaults.Out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
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
		if err := a.showJob(j, attempts, replies); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) showJob(j *ledger.Job, attempts []record.Attempt, replies bool) error {
	if a.flags.json {
		if !replies {
			for i := range attempts {
				attempts[i].Reply, attempts[i].Thinking, attempts[i].Joined = "", "", ""
			}
		}
		return a.jsonLine(struct {
			Event    string           `json:"event"`
			Job      *ledger.Job      `json:"job"`
			Attempts []record.Attempt `json:"attempts"`
		}{"job", j, attempts})
	}
	fmt.Fprintf(a.stdout, "%s/%s  %s  %s\n", term.Clean(j.Label), term.Clean(j.Slug), j.Status, term.Clean(j.Reason))
	fmt.Fprintf(a.stdout, "  topic  %s\n  model  %s (%.12s), prompt %s\n", term.Clean(j.Topic), term.Clean(j.Model), j.Digest, term.Clean(j.Prompt))
	if j.Path != "" {
		fmt.Fprintf(a.stdout, "  file   %s, %d words%s\n", term.Clean(j.Path), j.Words, repairList(j.Repairs))
	}
	for _, at := range attempts {
		fmt.Fprintf(a.stdout, "  attempt %d (%s), seed %d: %d tokens in %.1f s\n", at.N, at.Remedy, at.Seed, at.EvalCount, at.Seconds)
		if at.Aborted != "" {
			fmt.Fprintf(a.stdout, "    given up: %s, about %d tokens saved\n", at.Aborted, at.TokensSaved)
		}
		for _, p := range at.Problems {
			fmt.Fprintf(a.stdout, "    line %d: %s: %s\n", p.Line, p.Code, term.Clean(p.Message))
		}
		if at.Error != "" {
			fmt.Fprintf(a.stdout, "    error: %s\n", term.Clean(at.Error))
		}
		if replies {
			for line := range splitLines(at.Reply) {
				fmt.Fprintf(a.stdout, "    | %s\n", term.Clean(line))
			}
		}
	}
	return nil
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
