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
	m := marking{req: req, posts: posts, overwrite: overwrite, over: map[string]ledger.Files{}}
	for _, name := range names {
		if err := m.name(ctx, name); err != nil {
			return err
		}
	}
	if err := posts.Ledger.Redo(ctx, m.ids, m.over); err != nil {
		return err
	}
	for _, one := range m.marked {
		if err := req.Printer.Print(one); err != nil {
			return err
		}
	}
	return nil
}

// marking collects the posts that are to be made again.
type marking struct {
	req       Request
	posts     *output.Posts
	overwrite bool
	marked    []redone
	ids       []string
	// over has, by job, the edited files that may be overwritten.
	over map[string]ledger.Files
}

// name adds the posts that a name or a pattern means.
func (m *marking) name(ctx context.Context, name string) error {
	found, err := like(ctx, m.posts, name, m.req.Models)
	if err != nil {
		return err
	}
	for _, j := range found {
		if slices.Contains(m.ids, j.ID) {
			continue // two patterns may mean one post
		}
		edited, err := m.req.isEdited(ctx, m.posts, j)
		if err != nil {
			return err
		}
		if edited && m.overwrite {
			if m.over[j.ID], err = fileOf(m.posts.Folder, j); err != nil {
				return err
			}
		}
		m.ids = append(m.ids, j.ID)
		m.marked = append(m.marked, redone{"redo", j.ID, j.Label, j.Slug, edited, m.overwrite, m.posts.Folder.Path(j.Label, j.Slug), m.req.Settings.Defaults.Out})
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
	if blocked, ok := errors.AsType[*output.BlockedError](err); ok {
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
