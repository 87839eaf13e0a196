package run

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// Few is how many finished posts a run replaces without asking. They cost minutes
// to make again, and more than that may cost the night.
const Few = 10

// ReplaceError reports a run that would replace more than a few finished posts, which
// nobody agreed to.
type ReplaceError struct {
	Posts int
	// Declined: a person was asked and said no.
	Declined bool
}

func (e *ReplaceError) Error() string {
	return fmt.Sprintf("%s would be replaced, so that nothing was requested: --replace makes them again, --keep-done keeps them and makes the missing ones",
		term.Count(e.Posts, "finished post"))
}

// replacing is what a run says of the finished posts that it is about to
// replace. Its JSON names are promised.
type replacing struct {
	Event   string             `json:"event"`
	Label   string             `json:"label"`
	Posts   int                `json:"posts"`
	Because []plan.Replacement `json:"because"`
}

// Text writes it for a person, on standard error.
func (r replacing) Text(p *printer.Page) {
	p.Notef("%s: %s will be replaced", r.Label, term.Count(r.Posts, "finished post"))
	for _, why := range r.Because {
		p.Notef("  %s: %s", term.Number(why.Posts), why.Why())
	}
}

// Confirm says how many finished posts the run is about to replace, and why.
// Where they are more than a few, a person has to agree: with Request.Replace,
// by an answer, or by either in an earlier run that was to replace the same
// posts by the same. The error is a *ReplaceError. Count comes before.
func (p *Prepared) Confirm(ctx context.Context) error {
	all, unagreed := 0, 0
	for i, e := range p.Plan.Entries {
		n := p.Tallies[i][plan.Replaced]
		if n == 0 {
			continue
		}
		all += n
		unagreed += e.Unagreed
		if err := p.req.Printer.Print(replacing{"replace", e.Label, n, e.Replaces}); err != nil {
			return err
		}
	}
	if all == 0 {
		return nil
	}
	p.req.Printer.Note("the old ones are kept in %s", filepath.Join(p.req.Settings.Defaults.Out, filepath.FromSlash(output.Replaced)))
	if p.agreed = p.req.Replace; p.agreed || !p.asksFirst(unagreed) {
		return nil
	}
	refused := &ReplaceError{Posts: unagreed}
	if p.req.Ask != nil {
		yes, err := p.req.Ask(ctx, fmt.Sprintf("replace %s?", term.Count(unagreed, "finished post")))
		if err != nil || yes {
			p.agreed = yes
			return err
		}
		refused.Declined = true
	}
	return exit.Usage(refused, p.req.Again("--replace"), p.req.Again("--keep-done"))
}

// Asks reports whether Confirm would ask.
func (p *Prepared) Asks() bool {
	unagreed := 0
	for _, e := range p.Plan.Entries {
		unagreed += e.Unagreed
	}
	return !p.req.Replace && p.asksFirst(unagreed)
}

// asksFirst reports whether a person must agree to this number of replaced posts.
func (p *Prepared) asksFirst(unagreed int) bool {
	return unagreed > Few && (p.req.Limit == 0 || p.req.Limit > Few)
}

// noteRecipes records the recipes of the run, and that a person agreed to the
// replacements, so that the same command resumes without a question.
func (p *Prepared) noteRecipes(ctx context.Context, runID int64) error {
	for i, e := range p.Plan.Entries {
		if e.Unusable != nil {
			continue
		}
		agreed := p.agreed && p.Tallies[i][plan.Replaced] > 0
		if err := p.Plan.Posts.Ledger.NoteRecipe(ctx, runID, e.Label, e.Recipe(p.Plan.Seed), agreed); err != nil {
			return err
		}
	}
	return nil
}
