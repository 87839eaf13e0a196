package jobs

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/internal/validate"
	"github.com/nightpress/nightpress/output"
)

// Accept checks the reply in a file ("-" is stdin) against the contract of a
// job's prompt and writes it as the job's post. A malformed reply is printed, and
// is the error exit.Silent(exit.Incomplete).
func Accept(ctx context.Context, req Request, slug, file string, stdin io.Reader) (err error) {
	text, err := validate.Read(file, stdin)
	if err != nil {
		return err
	}
	posts, err := req.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
	j, err := one(ctx, posts, slug, req.Models)
	if err != nil {
		return err
	}
	if output.IsPost(text) {
		return finished(file, posts.Folder.Path(j.Label, j.Slug))
	}
	p, err := preflight.Prompt(req.Settings, j.Prompt)
	if err != nil {
		return exit.Usage(err)
	}
	v := validate.Judge(file, text, p.For(nil).Contract)
	if !v.Valid {
		return errors.Join(req.Printer.Print(v), exit.Silent(exit.Incomplete))
	}
	path, err := write(ctx, req.Settings, posts, j, v.Post)
	if err != nil {
		return err
	}
	return req.Printer.Print(accepted{"accepted", j.ID, j.Label, j.Slug, path, v.Post.Words, posts.Folder.Dir()})
}

// finished is the error for a whole post in the place of a reply. at is where the
// job's post is.
func finished(file, at string) error {
	err := &validate.PostError{Path: file}
	there, errThere := os.Stat(at)
	given, errGiven := os.Stat(file)
	if errThere == nil && errGiven == nil && os.SameFile(there, given) {
		return exit.Usage(err, "it is already in place: there is nothing to do, and a run keeps your edits")
	}
	return exit.Usage(err, "copy it over the post, where a run keeps your edits: cp "+shell.Quote(file)+" "+shell.Quote(at))
}

// write writes the post as the job's.
func write(ctx context.Context, s *settings.Settings, posts *output.Posts, j *ledger.Job, post *contract.Post) (string, error) {
	// What is in the way can be moved away, and the reply accepted again.
	if _, _, _, err := posts.Folder.Stat(j.Label, j.Slug); err != nil {
		return "", err
	}
	run, err := posts.Ledger.LastRun(ctx)
	if err != nil {
		return "", err
	}
	sink := posts.Sink(run)
	sink.KeepReplies, sink.OverwriteEdited, sink.Origin = s.Defaults.KeepReplies == "all", true, "hand"
	path, err := sink.Save(ctx, &record.Result{
		ID: j.ID, Topic: j.Topic, Slug: j.Slug, Label: j.Label, Model: j.Model, Digest: j.Digest, Prompt: j.Prompt,
		Variant: j.Variant, Status: record.Done, Post: post, Front: j.Front,
	})
	return path, err
}

// accepted is a reply that is a post now. Its JSON names are promised.
type accepted struct {
	Event string `json:"event"`
	ID    string `json:"id"`
	Label string `json:"label"`
	Slug  string `json:"slug"`
	Path  string `json:"path"`
	words int
	// out is the folder of the posts.
	out string
}

func (x accepted) Text(p *printer.Page) {
	p.Notef("%s is written, %s words", filepath.Join(x.out, filepath.FromSlash(x.Path)), term.Number(x.words))
}
