package jobs

import (
	"context"
	"errors"
	"slices"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/output"
)

// Redo marks posts to be made again by the next run, with another seed. A post
// that a person edited is kept unless overwrite is set.
func Redo(ctx context.Context, req Request, names []string, overwrite bool) (err error) {
	posts, err := req.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
	var marked []redone
	var ids []string
	over := map[string]ledger.Files{}
	for _, name := range names {
		found, err := like(ctx, posts, name, req.Models)
		if err != nil {
			return err
		}
		for _, j := range found {
			if slices.Contains(ids, j.ID) {
				continue // two patterns may mean one post
			}
			edited, err := req.isEdited(ctx, posts, j)
			if err != nil {
				return err
			}
			if edited && overwrite {
				if over[j.ID], err = fileOf(posts.Folder, j); err != nil {
					return err
				}
			}
			ids = append(ids, j.ID)
			marked = append(marked, redone{"redo", j.ID, j.Label, j.Slug, edited, overwrite, posts.Folder.Path(j.Label, j.Slug), req.Settings.Defaults.Out})
		}
	}
	if err := posts.Ledger.Redo(ctx, ids, over); err != nil {
		return err
	}
	for _, m := range marked {
		if err := req.Printer.Print(m); err != nil {
			return err
		}
	}
	return nil
}

// fileOf is the file in a job's location as it is now.
func fileOf(folder *output.Folder, j *ledger.Job) (f ledger.Files, err error) {
	if f.SHA256, _, err = folder.Hash(j.Label, j.Slug); err != nil {
		return f, err
	}
	f.Size, f.Modified, _, err = folder.Stat(j.Label, j.Slug)
	return f, err
}

// redone is a post that was marked. Its JSON names are promised.
type redone struct {
	Event  string `json:"event"`
	ID     string `json:"id"`
	Label  string `json:"label"`
	Slug   string `json:"slug"`
	Edited bool   `json:"edited"`
	// Overwrite says that an edited post is made again, too.
	Overwrite bool `json:"overwrite"`
	path      string
	// out is the folder of the posts.
	out string
}

func (r redone) Text(p *printer.Page) {
	if r.Edited && !r.Overwrite {
		p.Notef("%s was edited by hand, and the next run keeps it", r.path)
		p.Notef("to make it again: %s", r.overwriting())
		return
	}
	p.Notef("%s will be made again by the next run", r.path)
}

// overwriting is the command that makes this post again, and no other model's.
func (r redone) overwriting() string {
	words := "nightpress redo --overwrite-edited " + shell.Quote(r.Slug) + " -m " + shell.Quote(r.Label)
	if r.out != config.Default().Defaults.Out {
		words += " -o " + shell.Quote(r.out)
	}
	return words
}

// isEdited reports whether a person edited the post in a job's location. Something
// else in that location is reported to the person, and is no error.
func (r Request) isEdited(ctx context.Context, posts *output.Posts, j *ledger.Job) (bool, error) {
	sum, there, err := posts.Folder.Hash(j.Label, j.Slug)
	if blocked := new(output.BlockedError); errors.As(err, &blocked) {
		r.Printer.Note("%s; move it away before the next run", blocked.Error())
		return false, nil
	}
	if err != nil || !there {
		return false, err
	}
	post, err := posts.Ledger.Post(ctx, j.Label, j.Slug)
	if err != nil || post.SHA256 == sum {
		return false, err
	}
	own, err := posts.Folder.Own(j.Label, j.Slug)
	return own == nil, err
}
