package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/internal/validate"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
)

// Linting says which posts are checked, and with what.
type Linting struct {
	Request
	// Names are topics, slugs, patterns of slugs, or files of posts; none stands for
	// all posts.
	Names []string
	// Topics is the file of the topics, "-" for Stdin. Without one ("") the checks
	// that need a topic's columns are left out.
	Topics string
	Input  topics.Options
	Stdin  io.Reader
}

// Lint checks posts in the folder against the contracts of their prompts, as they are
// now, and prints what is wrong. It changes nothing. A malformed post is the error
// exit.Silent(exit.Incomplete).
func Lint(ctx context.Context, req Linting) (err error) {
	posts, err := output.OpenToRead(ctx, req.Settings.Defaults.Out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
	l := &linter{Linting: req, posts: posts, prompts: map[string]*prompts.Prompt{}, sum: linted{Event: "linted"}}
	if req.Topics != "" {
		in, err := topics.Open(req.Topics, req.Input, req.Stdin)
		if err != nil {
			return exit.Usage(err)
		}
		defer in.Close()
		if l.rows, err = plan.Rows(ctx, posts.Ledger, in); err != nil {
			return err
		}
	}
	if err := l.all(ctx); err != nil {
		return err
	}
	if err := req.Printer.Print(l.sum); err != nil {
		return err
	}
	if l.sum.Malformed > 0 {
		return exit.Silent(exit.Incomplete)
	}
	return nil
}

// linter checks posts, one after the other.
type linter struct {
	Linting
	posts *output.Posts
	// prompts are those that were loaded, by name.
	prompts map[string]*prompts.Prompt
	// rows are the topics' columns by slug; nil if they are not known.
	rows map[string]map[string]string
	sum  linted
}

// all checks the posts that are meant.
func (l *linter) all(ctx context.Context) error {
	if len(l.Names) > 0 {
		return l.named(ctx)
	}
	return l.every(ctx)
}

// named checks the posts of the names that were given.
func (l *linter) named(ctx context.Context) error {
	for _, name := range l.Names {
		found, err := like(ctx, l.posts, name, l.Models)
		if err != nil {
			return err
		}
		for _, j := range found {
			if err := l.job(j); err != nil {
				return err
			}
		}
	}
	return nil
}

// every checks every post of the models that were given, or of all.
func (l *linter) every(ctx context.Context) error {
	labels, err := l.posts.Ledger.Labels(ctx)
	if err != nil {
		return err
	}
	if _, err := preflight.Chosen(l.Models, labels, l.posts.Folder.Dir()); err != nil {
		return err
	}
	for p, err := range l.posts.Ledger.Posts(ctx) {
		if err != nil {
			return err
		}
		j, err := l.posts.Ledger.Job(ctx, p.Job)
		if err != nil {
			return err
		}
		if j == nil || len(l.Models) > 0 && !meant(l.Models, j) {
			continue
		}
		if err := l.job(j); err != nil {
			return err
		}
	}
	return nil
}

// job checks the file in a job's location. A missing one is counted.
func (l *linter) job(j *ledger.Job) error {
	file, _, err := l.posts.Folder.Read(j.Label, j.Slug)
	if blocked, ok := errors.AsType[*output.BlockedError](err); ok {
		l.Printer.Note("%s", blocked.Error())
		file, err = nil, nil
	}
	if err != nil {
		return err
	}
	if file == nil {
		l.sum.Missing++
		return nil
	}
	p, err := l.prompt(j.Prompt)
	if err != nil {
		return err
	}
	l.sum.Posts++
	v := l.check(file, p, j.Slug)
	name := l.posts.Folder.Path(j.Label, j.Slug)
	verdict := lintVerdict{validate.NewVerdict(filepath.ToSlash(name), v)}
	if !verdict.Valid {
		l.sum.Malformed++
	}
	return l.Printer.Print(verdict)
}

// check judges a post's file.
func (l *linter) check(file []byte, p *prompts.Prompt, slug string) contract.Verdict {
	a, err := output.ReadArticle(file)
	if err != nil {
		return contract.Verdict{Problems: []contract.Problem{{Code: contract.ProblemFieldMissing, Line: 1, Message: fmt.Sprintf("the front matter cannot be read: %v", err)}}}
	}
	row, known := l.rows[output.TopicSlug(slug)]
	c := p.For(row).Contract
	if !known {
		c = c.Rowless()
	}
	return reply.Judge(c, a.Fields, a.Body, a.Line)
}

// prompt loads a prompt once.
func (l *linter) prompt(name string) (*prompts.Prompt, error) {
	if p := l.prompts[name]; p != nil {
		return p, nil
	}
	p, err := preflight.Prompt(l.Settings, name)
	if err != nil {
		return nil, exit.Usage(err)
	}
	l.prompts[name] = p
	return p, nil
}

// lintVerdict is a post's verdict. Its JSON is that of "validate".
type lintVerdict struct{ validate.Verdict }

// Text writes the problems. Of a post without one, it writes only what a run would
// have repaired in a reply.
func (v lintVerdict) Text(p *printer.Page) {
	if v.Valid && len(v.Repairs) > 0 {
		p.Linef("%s: well-formed; in a reply, a run would repair %s", v.File, validate.Names(v.Repairs))
		return
	}
	if !v.Valid {
		v.Verdict.Text(p)
	}
}

// linted counts the posts that were checked. Its JSON names are promised.
type linted struct {
	Event     string `json:"event"`
	Posts     int    `json:"posts"`
	Malformed int    `json:"malformed"`
	// Missing is how many posts of the ledger are not in the folder.
	Missing int `json:"missing"`
}

// Text writes the counts, which were not asked for.
func (s linted) Text(p *printer.Page) {
	missing := ""
	if s.Missing > 0 {
		missing = fmt.Sprintf("; %s not in the folder (nightpress verify lists them)", term.Number(s.Missing))
	}
	p.Notef("%s checked, %s malformed%s", term.Count(s.Posts, "post"), term.Number(s.Malformed), missing)
}
