package run

import (
	"context"
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
)

// useSite ties the output folder to the site generator of models.toml, and
// refuses a folder whose posts are for another.
func (p *Prepared) useSite(ctx context.Context) error {
	set := p.req.Settings.Output
	want := output.Site{
		Name: set.Site, Flat: set.Layout == "flat", Bundle: set.Bundle, Day: output.DayOf(p.req.Now()), Draft: set.Draft, Full: set.Provenance == "full", Language: set.LanguageCode(),
	}
	var labels []string
	var claims []output.Claim
	for _, e := range p.Plan.Entries {
		labels = append(labels, e.Label)
		c := output.Claim{Label: e.Label, Prompt: e.Prompt.Name}
		if e.Unusable != nil {
			c.Prompt = ""
		}
		claims = append(claims, c)
		if err := fits(e, want); err != nil {
			return err
		}
	}
	if want.Flat && len(labels) > 1 {
		return exit.Usage(
			fmt.Errorf("a flat folder holds only one model, and there are %d: %s", len(labels), strings.Join(labels, ", ")),
			fmt.Sprintf("name one of them with -m, or set layout = \"per-model\" below [output] in %s", p.req.Settings.Path),
		)
	}
	err := p.Plan.Posts.Claim(ctx, want, claims)
	if errtype.Is[*ledger.PromptError](err) || errtype.Is[*ledger.SiteError](err) || errtype.Is[*ledger.FlatError](err) ||
		errtype.Is[*output.HiddenLabelError](err) {
		return exit.Usage(err)
	}
	if err != nil {
		return err
	}
	// An obstacle in one label's folder does not concern the others.
	for _, e := range p.Plan.Entries {
		if err := p.Plan.Posts.Folder.UseLabel(e.Label); err != nil && e.Unusable == nil {
			e.Unusable = err
		}
	}
	return nil
}

// frontFits finds a column for the front matter whose key is taken there.
func frontFits(key string, site output.Site, loaded map[string]*prompts.Prompt) error {
	err := site.CheckColumn(key)
	for _, pr := range loaded {
		for _, f := range pr.Contract.Fields {
			if err == nil && strings.EqualFold(f.Key, key) {
				err = fmt.Errorf("%q is a field of the prompt %s", key, pr.Name)
			}
		}
	}
	if err != nil {
		return exit.Usage(
			fmt.Errorf("output.front_matter: %w", err),
			fmt.Sprintf("leave it out of front_matter in models.toml, or give the column another key: front_matter = [\"my_%s\"] and --column my_%s=%s", key, key, key),
		)
	}
	return nil
}

// fits finds a field of the contract that would mean something else to the
// site generator.
func fits(e *plan.Entry, site output.Site) error {
	for _, f := range e.Prompt.Contract.Fields {
		if site.Reserved(f.Key) {
			return exit.Usage(
				fmt.Errorf("prompt %s: the field %q is a name that %s reserves", e.Prompt.Name, f.Key, site.Name),
				fmt.Sprintf("give the field another key in prompts/%s.md", e.Prompt.Name),
			)
		}
	}
	return nil
}
