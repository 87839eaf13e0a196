package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
	"github.com/spf13/cobra"
)

func (a *app) redoCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "redo SLUG...",
		Short: "Mark posts to be made again with another seed",
		Long: `redo marks posts that you do not like: the next run makes them again, with another
seed. The post stays where it is until the new one is there, and is then kept in
.nightpress/replaced. -m says of which models; without it all models' posts of
the slug are marked.`,
		Example: `  nightpress redo why-cats-purr
  nightpress redo why-cats-purr how-bees-find-home -m llama3.2`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd, runFlags{})
			if err != nil {
				return err
			}
			return a.redo(cmd.Context(), s, args)
		},
	}
}

func (a *app) redo(ctx context.Context, s *settings, slugs []string) (err error) {
	folder, l, err := a.takeFolder(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close(), folder.Close()) }()
	var marked []*ledger.Job
	for _, slug := range slugs {
		jobs, err := a.jobsOf(ctx, l, slug)
		if err != nil {
			return err
		}
		marked = append(marked, jobs...)
	}
	var ids []string
	for _, j := range marked {
		ids = append(ids, j.ID)
	}
	if err := l.Redo(ctx, ids); err != nil {
		return err
	}
	for _, j := range marked {
		if err := a.sayRedo(ctx, folder, l, j); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) sayRedo(ctx context.Context, folder *output.Folder, l *ledger.Ledger, j *ledger.Job) error {
	edited, err := isEdited(ctx, folder, l, j)
	if err != nil {
		return err
	}
	if a.flags.json {
		return a.jsonLine(struct {
			Event  string `json:"event"`
			ID     string `json:"id"`
			Label  string `json:"label"`
			Slug   string `json:"slug"`
			Edited bool   `json:"edited"`
		}{"redo", j.ID, j.Label, j.Slug, edited})
	}
	a.say("%s/%s will be made again by the next run", term.Clean(j.Label), term.Clean(j.Slug))
	if edited {
		a.say("%s was edited by hand, and is kept unless the run is told otherwise: --overwrite-edited", term.Clean(folder.PostPath(j.Label, j.Slug)))
	}
	return nil
}

// isEdited tells whether a person edited the post in a job's place.
func isEdited(ctx context.Context, folder *output.Folder, l *ledger.Ledger, j *ledger.Job) (bool, error) {
	sum, there, err := folder.Hash(j.Label, j.Slug)
	if err != nil || !there {
		return false, err
	}
	place, err := l.Place(ctx, j.Label, j.Slug)
	if err != nil || place.SHA256 == sum {
		return false, err
	}
	own, err := folder.Own(j.Label, j.Slug)
	return own == nil, err
}

// takeFolder opens the folder of the posts and its ledger to write to them.
func (a *app) takeFolder(ctx context.Context, s *settings) (*output.Folder, *ledger.Ledger, error) {
	if err := needLedger(s.Defaults.Out); err != nil {
		return nil, nil, err
	}
	folder, err := output.Open(s.Defaults.Out, strings.Join(os.Args, " "))
	if err != nil {
		return nil, nil, err
	}
	l, err := ledger.Open(folder.LedgerPath())
	if err == nil {
		if err = knowSite(ctx, folder, l, s); err != nil {
			err = errors.Join(err, l.Close())
		}
	}
	if err != nil {
		return nil, nil, errors.Join(err, folder.Close())
	}
	return folder, l, nil
}

// jobsOf finds the newest job of each model for a slug, a topic's text or a
// post's file; -m leaves those of the named models.
func (a *app) jobsOf(ctx context.Context, l *ledger.Ledger, what string) ([]*ledger.Job, error) {
	jobs, err := l.Newest(ctx, strings.TrimSuffix(filepath.Base(what), ".md"))
	if err == nil && len(jobs) == 0 {
		jobs, err = l.Newest(ctx, what)
	}
	if err != nil {
		return nil, err
	}
	if len(jobs) == 0 {
		return nil, asUsage(hinted{fmt.Errorf("no topic or slug %q in the ledger", term.Clean(what)), "a post's slug is its file's name: ls " + shellQuote(a.flags.outOr("posts"))})
	}
	if len(a.flags.models) > 0 {
		jobs = slices.DeleteFunc(jobs, func(j *ledger.Job) bool { return !a.meant(j) })
		if len(jobs) == 0 {
			return nil, asUsage(fmt.Errorf("none of the models %s has a post or an attempt for %q", strings.Join(a.flags.models, ", "), term.Clean(what)))
		}
	}
	return jobs, nil
}

// meant tells whether -m names the job's model, by name or by label.
func (a *app) meant(j *ledger.Job) bool {
	return slices.ContainsFunc(a.flags.models, func(m string) bool {
		return m == j.Label || m == j.Model || output.Label(m) == j.Label
	})
}

// outOr is the folder that --out names, or another.
func (f *sharedFlags) outOr(other string) string {
	if f.out != "" {
		return f.out
	}
	return other
}
