package main

import (
	"context"
	"errors"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/output"
	"github.com/spf13/cobra"
)

func redoCmd(a *app) *cobra.Command {
	var overwrite bool
	cmd := &cobra.Command{
		Use:   "redo TOPIC_OR_SLUG...",
		Short: "Mark posts to be made again with another seed",
		Long: `redo marks posts that you do not like. The next run makes them again with
another seed. Until then the old post stays; the new one moves it to
.nightpress/replaced. Name a post by its topic, its slug, or its file. Use -m to
mark the posts of certain models only; without it, redo marks those of all
models, or of the model whose file you named. The next run keeps a post that you
edited, unless you mark it with --overwrite-edited.`,
		Example: `  nightpress redo why-cats-purr
  nightpress redo why-cats-purr how-bees-find-home -m llama3.2
  nightpress redo posts/llama3.2/why-cats-purr.md
  nightpress redo --overwrite-edited why-cats-purr`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return redoPosts(cmd.Context(), a, s, args, overwrite)
		},
	}
	cmd.Flags().BoolVar(&overwrite, "overwrite-edited", false, "make posts again that you edited; they are kept in .nightpress/replaced")
	return cmd
}

func redoPosts(ctx context.Context, a *app, s *settings.Settings, names []string, overwrite bool) (err error) {
	posts, err := takeFolder(ctx, a, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
	folder, l := posts.Folder, posts.Ledger
	var marked []*ledger.Job
	for _, name := range names {
		jobs, err := jobsOf(ctx, a, folder, l, name)
		if err != nil {
			return err
		}
		marked = append(marked, jobs...)
	}
	var ids []string
	edited, over := map[string]bool{}, map[string]ledger.Files{}
	for _, j := range marked {
		ids = append(ids, j.ID)
		edited[j.ID], err = isEdited(ctx, folder, l, j)
		if blocked := new(output.BlockedError); errors.As(err, &blocked) {
			a.say("%s; move it away before the next run", blocked.Error())
			err = nil
		}
		if err != nil {
			return err
		}
		if edited[j.ID] && overwrite {
			if over[j.ID], err = fileOf(folder, j); err != nil {
				return err
			}
		}
	}
	if err := l.Redo(ctx, ids, over); err != nil {
		return err
	}
	for _, j := range marked {
		if err := a.printer().Print(redone{"redo", j.ID, j.Label, j.Slug, edited[j.ID], overwrite, folder.PostPath(j.Label, j.Slug)}); err != nil {
			return err
		}
	}
	return nil
}

// fileOf is the file in a job's place as it is now.
func fileOf(folder *output.Folder, j *ledger.Job) (f ledger.Files, err error) {
	if f.SHA256, _, err = folder.Hash(j.Label, j.Slug); err != nil {
		return f, err
	}
	f.Size, f.Modified, _, err = folder.Stat(j.Label, j.Slug)
	return f, err
}

// redone is a post that was marked with redo.
type redone struct {
	Event  string `json:"event"`
	ID     string `json:"id"`
	Label  string `json:"label"`
	Slug   string `json:"slug"`
	Edited bool   `json:"edited"`
	// Overwrite says that an edited post is made again, too.
	Overwrite bool `json:"overwrite"`
	path      string
}

func (r redone) Text(p *printer.Page) {
	if r.Edited && !r.Overwrite {
		p.Notef("%s was edited by hand, and the next run keeps it", r.path)
		p.Notef("to make it again: nightpress redo --overwrite-edited %s", shell.Quote(r.Slug))
		return
	}
	p.Notef("%s/%s will be made again by the next run", r.Label, r.Slug)
}

// isEdited reports whether a person edited the post in a job's place.
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

// takeFolder opens the folder of the posts to write to it.
func takeFolder(ctx context.Context, a *app, s *settings.Settings) (*output.Posts, error) {
	posts, err := output.OpenToChange(ctx, s.Defaults.Out, a.command())
	if err != nil {
		return nil, err
	}
	posts.SetDraft(s.Output.Draft)
	return posts, nil
}
