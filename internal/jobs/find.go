package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/near"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/output"
)

// Newest finds the newest job of each model for a topic's text, a slug, or a
// post's file. A file in a model's folder names that model's job alone. models
// are the names or labels of those that are meant; none stands for all.
func Newest(ctx context.Context, posts *output.Posts, what string, models []string) ([]*ledger.Job, error) {
	found, err := find(ctx, posts, what, posts.Ledger.Newest)
	if err != nil {
		return nil, err
	}
	return ofModels(found, what, models)
}

// like is Newest for what may be a pattern of slugs as well, such as 'crema*'.
func like(ctx context.Context, posts *output.Posts, what string, models []string) (found []*ledger.Job, err error) {
	if !strings.ContainsAny(what, `*?[`) {
		return Newest(ctx, posts, what, models)
	}
	// A topic may well end with a question mark.
	if found, err = posts.Ledger.Newest(ctx, what); err != nil || len(found) > 0 {
		return found, err
	}
	label, pattern := posts.Folder.Names(what)
	for slug, err := range posts.Ledger.EachSlug(ctx) {
		if err != nil {
			return nil, err
		}
		if !plan.Matches(pattern, slug) {
			continue
		}
		of, err := posts.Ledger.Newest(ctx, slug)
		if err != nil {
			return nil, err
		}
		found = append(found, slices.DeleteFunc(of, func(j *ledger.Job) bool { return label != "" && j.Label != label })...)
	}
	if len(found) == 0 {
		return nil, noSuchSlug(ctx, posts, what)
	}
	return ofModels(found, what, models)
}

// ofModels leaves the jobs of the models that are meant; none is an error.
func ofModels(found []*ledger.Job, what string, models []string) ([]*ledger.Job, error) {
	if len(models) == 0 {
		return found, nil
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
		return nil, noSuchSlug(ctx, posts, what)
	}
	return found, nil
}

// noSuchSlug is the error for a topic, slug, or pattern that no topic has. It
// names the slugs that are near.
func noSuchSlug(ctx context.Context, posts *output.Posts, what string) error {
	// In a damaged ledger, a topic that is there may not be found.
	if err := posts.Ledger.Integrity(ctx); err != nil {
		return err
	}
	_, slug := posts.Folder.Names(what)
	nearest := plan.NearSlugs(slug)
	for slug, err := range posts.Ledger.EachSlug(ctx) {
		if err != nil {
			return err
		}
		nearest.Add(slug)
	}
	err := fmt.Errorf("no topic or slug %q in %s", what, posts.Folder.LedgerPath())
	if question := nearest.Question(); question != "" {
		return exit.Usage(err, question)
	}
	with, lookErr := posts.Ledger.SlugsWith(ctx, slug)
	if question := near.Question(with); question != "" {
		return exit.Usage(err, question)
	}
	return errors.Join(exit.Usage(err, "a post's slug is its file's name: "+shell.ListBelow(posts.Folder.Dir())), lookErr)
}

// meant reports whether models name the job's model, by name or by label.
func meant(models []string, j *ledger.Job) bool {
	return slices.ContainsFunc(models, func(m string) bool {
		return m == j.Label || m == j.Model || output.Label(m) == j.Label
	})
}

func labels(all []*ledger.Job) (labels []string) {
	for _, j := range all {
		if !slices.Contains(labels, j.Label) {
			labels = append(labels, j.Label)
		}
	}
	return labels
}
