// Package verify is the use case of "nightpress verify": it compares a posts folder with
// its ledger, and changes nothing.
package verify

import (
	"context"
	"errors"
	"io"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
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
	// Deep computes the ID of every job again from what the ledger recorded.
	Deep bool
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
	return differences(ctx, v, req.Deep, to)
}

// WrongID is the kind of a job whose ID does not follow from what is recorded.
const WrongID = "wrong-id"

func differences(ctx context.Context, v *output.Verifier, deep bool, to printer.Printer) error {
	sum := Summary{Event: "verified", Kinds: map[string]int{}}
	if deep {
		sum.Jobs = &Jobs{}
		if err := sum.identify(ctx, v.Ledger, to); err != nil {
			return err
		}
	}
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
	// Jobs is set with --deep.
	Jobs *Jobs `json:"jobs,omitempty"`
}

// Jobs counts the jobs whose IDs were computed again, and those of older versions,
// of which too little is recorded.
type Jobs struct {
	Identified int `json:"identified"`
	Unknown    int `json:"unknown"`
}

// identify computes the IDs of all jobs again.
func (s *Summary) identify(ctx context.Context, l *ledger.Ledger, to printer.Printer) error {
	for j, err := range l.Identities(ctx) {
		switch {
		case err != nil:
			return err
		case !j.Known:
			s.Jobs.Unknown++
			continue
		}
		if s.Jobs.Identified++; j.Wrong == "" {
			continue
		}
		s.Differences++
		s.Kinds[WrongID]++
		d := output.Difference{Kind: WrongID, Path: j.Label + "/" + j.Slug, Label: j.Label, Slug: j.Slug, Text: j.Wrong}
		if err := to.Print(Difference{"difference", d}); err != nil {
			return err
		}
	}
	return nil
}

// Text writes the counts, which were not asked for.
func (s Summary) Text(p *printer.Page) {
	p.Notef("%s, %s", term.Count(s.Posts, "post"), term.Count(s.Differences, "difference"))
	if s.Jobs == nil {
		return
	}
	p.Notef("the IDs of %s follow from what is recorded", term.Count(s.Jobs.Identified-s.Kinds[WrongID], "job"))
	if s.Jobs.Unknown > 0 {
		p.Notef("%s of older versions: what they were made with is unknown", term.Count(s.Jobs.Unknown, "job"))
	}
}
