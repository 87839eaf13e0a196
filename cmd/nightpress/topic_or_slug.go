package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// jobsOf finds the newest job of each model for a topic's text, a slug or a
// post's file. -m leaves those of the named models, and a file in a model's
// folder that model's.
func jobsOf(ctx context.Context, a *app, folder *output.Folder, l *ledger.Ledger, what string) ([]*ledger.Job, error) {
	jobs, err := find(ctx, folder, what, l.Newest)
	if err != nil || len(a.flags.models) == 0 {
		return jobs, err
	}
	var labels []string
	for _, j := range jobs {
		labels = append(labels, j.Label)
	}
	jobs = slices.DeleteFunc(jobs, func(j *ledger.Job) bool { return !meant(a, j) })
	if len(jobs) == 0 {
		return nil, exit.Usage(fmt.Errorf("none of the models %s has a post or an attempt for %q", strings.Join(a.flags.models, ", "), term.Clean(what)), "its models are: -m "+strings.Join(labels, ","))
	}
	return jobs, nil
}

// find looks for jobs by a topic's text or a slug, and then by a post's file.
// None is an error.
func find(ctx context.Context, folder *output.Folder, what string, look func(context.Context, string) ([]*ledger.Job, error)) ([]*ledger.Job, error) {
	jobs, err := look(ctx, what)
	if err != nil || len(jobs) > 0 {
		return jobs, err
	}
	label, slug := folder.Names(what)
	if jobs, err = look(ctx, slug); err != nil {
		return nil, err
	}
	if label != "" {
		jobs = slices.DeleteFunc(jobs, func(j *ledger.Job) bool { return j.Label != label })
	}
	if len(jobs) == 0 {
		return nil, exit.Usage(hint.Wrap(fmt.Errorf("no topic or slug %q in %s", term.Clean(what), folder.LedgerPath()), "a post's slug is its file's name: "+shell.List(folder.Dir())))
	}
	return jobs, nil
}

// meant reports whether -m names the job's model, by name or by label.
func meant(a *app, j *ledger.Job) bool {
	return slices.ContainsFunc(a.flags.models, func(m string) bool {
		return m == j.Label || m == j.Model || output.Label(m) == j.Label
	})
}
