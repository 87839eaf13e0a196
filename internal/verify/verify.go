// Package verify is the use case of "nightpress verify": it compares a posts folder with
// its ledger, and changes nothing.
package verify

import (
	"context"
	"errors"
	"io"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
)

// Request is what is compared.
type Request struct {
	// Out is the folder of the posts.
	Out string
	// Topics is the file of topics, "-" for Stdin. A post whose topic is not in it
	// is an orphan; without a file there are none.
	Topics string
	Input  topics.Options
	Stdin  io.Reader
}

// Folder prints every difference between a folder and its ledger, and how many
// posts it looked at. A difference is the error exit.Silent(exit.Incomplete).
func Folder(ctx context.Context, req Request, to printer.Printer) (err error) {
	posts, err := output.OpenToRead(ctx, req.Out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
	if err := posts.Ledger.Integrity(ctx); err != nil {
		return err
	}
	v := &output.Verifier{Folder: posts.Folder, Ledger: posts.Ledger}
	if req.Topics != "" {
		in, err := topics.Open(req.Topics, req.Input, req.Stdin)
		if err != nil {
			return exit.Usage(err)
		}
		defer in.Close()
		if v.Listed, err = plan.Listed(ctx, posts.Ledger, in); err != nil {
			return err
		}
	}
	return differences(ctx, v, to)
}

func differences(ctx context.Context, v *output.Verifier, to printer.Printer) error {
	sum := Summary{Event: "verified", Kinds: map[string]int{}}
	for d, err := range v.Differences(ctx) {
		if err != nil {
			return err
		}
		sum.Differences++
		sum.Kinds[d.Kind]++
		if err := to.Print(Difference{"difference", d}); err != nil {
			return err
		}
	}
	sum.Posts = v.Posts
	if err := to.Print(sum); err != nil {
		return err
	}
	if sum.Differences > 0 {
		return exit.Silent(exit.Incomplete)
	}
	return nil
}

// Difference is one between the folder and its ledger. Its JSON names are
// promised.
type Difference struct {
	Event string `json:"event"`
	output.Difference
}

// Text writes the difference as a line.
func (d Difference) Text(p *printer.Page) {
	p.Linef("%-10s  %s: %s", d.Kind, d.Path, d.Difference.Text)
}

// Summary counts what was compared and what differed, by kind. Its JSON names are
// promised.
type Summary struct {
	Event       string         `json:"event"`
	Posts       int            `json:"posts"`
	Differences int            `json:"differences"`
	Kinds       map[string]int `json:"kinds"`
}

// Text writes the counts, which were not asked for.
func (s Summary) Text(p *printer.Page) {
	p.Notef("%s, %s", term.Count(s.Posts, "post"), term.Count(s.Differences, "difference"))
}
