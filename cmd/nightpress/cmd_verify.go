package main

import (
	"context"
	"errors"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
	"github.com/spf13/cobra"
)

func verifyCmd(a *app) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "verify [TOPICS]",
		Short: "Check every post on disk against the ledger",
		Long: `verify reads every post and lists those that are missing, changed since they were
written, or unknown to the ledger. With TOPICS it also lists orphans: posts whose
topic is no longer in that file. It changes nothing and works while a run writes.
A post that you edited counts as changed; a run keeps it.`,
		Example: `  nightpress verify
  nightpress verify topics.csv --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return verifyPosts(cmd.Context(), a, s, args, f)
		},
	}
	f.topics.bind(cmd)
	return cmd
}

func verifyPosts(ctx context.Context, a *app, s *settings.Settings, args []string, f runFlags) (err error) {
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
		if v.Listed, err = listedSlugs(ctx, a, l, args[0], f); err != nil {
			return err
		}
	}
	return showDifferences(ctx, a, v)
}

// listedSlugs reads the topics and returns what reports whether a slug is one's.
func listedSlugs(ctx context.Context, a *app, l *ledger.Ledger, path string, f runFlags) (func(string) bool, error) {
	in, err := topics.Open(path, topicsOptions(a, f.topics), a.stdin)
	if err != nil {
		return nil, exit.Usage(err)
	}
	defer in.Close()
	return plan.Listed(ctx, l, in)
}

func showDifferences(ctx context.Context, a *app, v *output.Verifier) error {
	sum := verified{Event: "verified", Kinds: map[string]int{}}
	for d, err := range v.Differences(ctx) {
		if err != nil {
			return err
		}
		sum.Differences++
		sum.Kinds[d.Kind]++
		if err := a.printer().Print(difference{"difference", d}); err != nil {
			return err
		}
	}
	sum.Posts = v.Posts
	if err := a.printer().Print(sum); err != nil {
		return err
	}
	if sum.Differences > 0 {
		return exit.Silent(exit.Incomplete)
	}
	return nil
}

// difference is one between the folder and its ledger.
type difference struct {
	Event string `json:"event"`
	output.Difference
}

func (d difference) Text(p *printer.Page) {
	p.Linef("%-10s  %s: %s", d.Kind, d.Path, d.Difference.Text)
}

// verified counts what verify looked at and found.
type verified struct {
	Event       string         `json:"event"`
	Posts       int            `json:"posts"`
	Differences int            `json:"differences"`
	Kinds       map[string]int `json:"kinds"`
}

func (v verified) Text(p *printer.Page) {
	p.Notef("%s, %s", term.Count(v.Posts, "post"), term.Count(v.Differences, "difference"))
}
