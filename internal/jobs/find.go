package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/output"
)

// Newest finds the newest job of each model for a topic's text, a slug, or a
// post's file. A file in a model's folder names that model's job alone. models
// are the names or labels of those that are meant; none stands for all.
func Newest(ctx context.Context, posts *output.Posts, what string, models []string) ([]*ledger.Job, error) {
	found, err := find(ctx, posts, what, posts.Ledger.Newest)
	if err != nil || len(models) == 0 {
		return found, err
	}
	all := labels(found)
	found = slices.DeleteFunc(found, func(j *ledger.Job) bool { return !meant(models, j) })
	if len(found) == 0 {
		err := fmt.Errorf("none of the models %s has a post or an attempt for %q", strings.Join(models, ", "), what)
		return nil, exit.Usage(err, "its models are: -m "+shell.Quote(strings.Join(all, ",")))
	}
	return found, nil
}

// one finds the one job that is meant.
func one(ctx context.Context, posts *output.Posts, what string, models []string) (*ledger.Job, error) {
	found, err := Newest(ctx, posts, what, models)
	if err != nil {
		return nil, err
	}
	if len(found) > 1 {
		err := fmt.Errorf("%d models have a job for %s: %s", len(found), found[0].Slug, strings.Join(labels(found), ", "))
		return nil, exit.Usage(err, "name one: -m "+shell.Quote(found[0].Label))
	}
	return found[0], nil
}

// find looks for jobs by a topic's text or a slug, and then by a post's file.
// None is an error.
func find(ctx context.Context, posts *output.Posts, what string, look func(context.Context, string) ([]*ledger.Job, error)) ([]*ledger.Job, error) {
	found, err := look(ctx, what)
	if err != nil || len(found) > 0 {
		return found, err
	}
	label, slug := posts.Folder.Names(what)
	if found, err = look(ctx, slug); err != nil {
		return nil, err
	}
	if label != "" {
		found = slices.DeleteFunc(found, func(j *ledger.Job) bool { return j.Label != label })
	}
	if len(found) == 0 {
		err := fmt.Errorf("no topic or slug %q in %s", what, posts.Folder.LedgerPath())
		near, lookErr := posts.Ledger.SlugsWith(ctx, slug)
		if len(near) > 0 {
			return nil, exit.Usage(err, "did you mean "+strings.Join(near, " or ")+"?")
		}
		return nil, errors.Join(exit.Usage(err, "a post's slug is its file's name: "+shell.ListBelow(posts.Folder.Dir())), lookErr)
	}
	return found, nil
}

// meant reports whether models name the job's model, by name or by label.
func meant(models []string, j *ledger.Job) bool {
	return slices.ContainsFunc(models, func(m string) bool {
		return m == j.Label || m == j.Model || output.Label(m) == j.Label
	})
}

func labels(all []*ledger.Job) (labels []string) {
	for _, j := range all {
		labels = append(labels, j.Label)
	}
	return labels
}
