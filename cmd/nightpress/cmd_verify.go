package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
	"github.com/spf13/cobra"
)

func (a *app) verifyCmd() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "verify [TOPICS]",
		Short: "Check every post on disk against the ledger",
		Long: `verify reads every post and says which are missing, altered since they were
written, or not known to the ledger, and, with TOPICS, which are orphans: their
topic is no longer listed. It changes nothing, and can be asked while a run
writes. A post that you edited is altered; a run keeps it.`,
		Example: `  nightpress verify
  nightpress verify topics.csv --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return a.verify(cmd.Context(), s, args, f)
		},
	}
	f.bindInput(cmd)
	return cmd
}

func (a *app) verify(ctx context.Context, s *settings.Settings, args []string, f runFlags) (err error) {
	posts, err := output.OpenToRead(ctx, s.Defaults.Out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
	folder, l := posts.Folder, posts.Ledger
	if err := l.Integrity(ctx); err != nil {
		return err
	}
	v := &output.Verifier{Folder: folder, Ledger: l}
	if len(args) > 0 {
		if v.Listed, err = a.listed(ctx, l, args[0], f); err != nil {
			return err
		}
	}
	return a.showDifferences(ctx, v)
}

// listed reads the topics and returns what reports whether a slug is one's.
func (a *app) listed(ctx context.Context, l *ledger.Ledger, path string, f runFlags) (func(string) bool, error) {
	in, err := topics.Open(path, f.input(), a.stdin)
	if err != nil {
		return nil, exit.Usage(err)
	}
	defer in.Close()
	return plan.Listed(ctx, l, in)
}

func (a *app) showDifferences(ctx context.Context, v *output.Verifier) error {
	found := map[string]int{}
	n := 0
	for d, err := range v.Differences(ctx) {
		if err != nil {
			return err
		}
		n++
		found[d.Kind]++
		if a.flags.json {
			err = a.jsonLine(struct {
				Event string `json:"event"`
				output.Difference
			}{"difference", d})
		} else {
			_, err = fmt.Fprintf(a.stdout, "%-10s  %s: %s\n", d.Kind, term.Clean(d.Path), d.Text)
		}
		if err != nil {
			return err
		}
	}
	if a.flags.json {
		if err := a.jsonLine(struct {
			Event       string         `json:"event"`
			Posts       int            `json:"posts"`
			Differences int            `json:"differences"`
			Kinds       map[string]int `json:"kinds"`
		}{"verified", v.Posts, n, found}); err != nil {
			return err
		}
	} else {
		a.say("%s, %s", term.Count(v.Posts, "post"), term.Count(n, "difference"))
	}
	if n > 0 {
		return exit.Silent(exit.Incomplete)
	}
	return nil
}
