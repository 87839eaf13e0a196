package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/output"
)

// useSite ties the output folder to the site generator of models.toml, and
// refuses a folder whose posts are for another.
func (p *prepared) useSite(ctx context.Context) error {
	set := p.settings.Output
	want := output.Site{Name: set.Site, Flat: set.Layout == "flat", Day: output.DayOf(p.now()), Draft: set.Draft}
	var labels []string
	var claims []output.Claim
	for _, e := range p.work.entries {
		labels = append(labels, e.Label)
		c := output.Claim{Label: e.Label, Prompt: e.prompt.Name}
		if e.unusable != nil {
			c.Prompt = ""
		}
		claims = append(claims, c)
		if err := e.fits(want); err != nil {
			return err
		}
	}
	if want.Flat && len(labels) > 1 {
		return usageError{
			fmt.Errorf("a flat folder has room for one model, and there are %d: %s", len(labels), strings.Join(labels, ", ")),
			fmt.Sprintf("name one of them with -m, or set layout = \"per-model\" below [output] in %s", p.settings.Path),
		}
	}
	return asUsage(p.work.posts.Claim(ctx, want, claims))
}

// fits finds a field of the contract that would mean something else to the
// site generator.
func (e *entry) fits(site output.Site) error {
	for _, f := range e.prompt.Contract.Fields {
		if site.Reserved(f.Key) {
			return usageError{
				fmt.Errorf("prompt %s: the field %q is one that %s keeps to itself", e.prompt.Name, f.Key, site.Name),
				fmt.Sprintf("give the field another key in prompts/%s.md", e.prompt.Name),
			}
		}
	}
	return nil
}
