// Package check is the use case of "nightpress check": it tests everything that a run
// needs, and generates nothing.
package check

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/secret"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
)

// All prints a finding for each thing that a run needs. A finding that is a fault
// is the error exit.Silent(exit.CannotRun).
func All(ctx context.Context, s *settings.Settings, to printer.Printer) (err error) {
	list := &checklist{printer: to}
	loaded, err := preflight.Prompts(s)
	list.add("prompts", fmt.Sprintf("%d valid, with a contract each", len(loaded)), err)
	list.warnOfGaps(s, loaded)
	folder, err := output.Open(s.Defaults.Out, "nightpress check")
	list.folder = folder
	list.add("folder", s.Defaults.Out+" can be written", err)
	if err == nil {
		free, _ := folder.Free()
		list.add("disk", output.Bytes(free)+" are free there", folder.CheckSpace())
		folder.SetSite(output.Site{Name: s.Output.Site, Flat: s.Output.Layout == "flat", Bundle: s.Output.Bundle})
		defer func() { err = errors.Join(err, folder.Close()) }()
	}
	list.server(ctx, s, loaded)
	if list.err != nil {
		return list.err
	}
	if list.failed {
		return exit.Silent(exit.CannotRun)
	}
	return nil
}

// server checks the servers, and the models on it.
func (c *checklist) server(ctx context.Context, s *settings.Settings, loaded map[string]*prompts.Prompt) {
	fleet, err := preflight.ConnectAll(ctx, s, false, c.printer.Note)
	if err != nil {
		c.add("server", "", err)
		return
	}
	for _, one := range fleet {
		c.add("server", textOf(one), one.Away)
	}
	if err := fleet.CheckCloud(ctx, s); err != nil || s.Server.RequireNoCloud {
		c.add("cloud", "switched off at the server", err)
	}
	if s.Wanted != nil {
		if err := preflight.Expand(ctx, fleet, s, c.printer.Note); err != nil {
			c.add("models", "", err)
			return
		}
		if loaded, err = preflight.Prompts(s); err != nil {
			c.add("prompts", "", err)
		}
		c.warnOfGaps(s, loaded)
	}
	if err := s.NeedModels(); err != nil {
		c.add("models", "", err)
		return
	}
	// A prompt that is missing or broken was listed above: what is left to say of
	// its model is said once it is mended.
	s.Models = slices.DeleteFunc(slices.Clone(s.Models), func(m config.Model) bool { return loaded[preflight.PromptName(m, s)] == nil })
	c.models(ctx, fleet, s, loaded)
}

// models checks each model, and where its posts go.
func (c *checklist) models(ctx context.Context, fleet preflight.Fleet, s *settings.Settings, loaded map[string]*prompts.Prompt) {
	up := fleet.Up()
	entries, err := preflight.Lineup(ctx, fleet, s, loaded)
	if err != nil {
		c.add("models", "", err)
		return
	}
	for _, one := range up {
		if one.Away != nil { // it fell silent
			c.add("server", "", one.Away)
		}
	}
	for _, e := range entries {
		if e.Unusable == nil && c.folder != nil {
			e.Unusable = c.folder.CheckLabel(e.Label)
		}
		dir := s.Defaults.Out
		if s.Output.Layout != "flat" {
			dir += "/" + e.Label
		}
		c.add("model", fmt.Sprintf("%s, num_ctx %d, num_predict %d, writes to %s", e.Name, e.NumCtx, e.NumPredict, dir), e.Unusable)
		for _, one := range fleet {
			if why := e.Excluded[one.Name]; why != nil && e.Unusable == nil && one.UsedFor(e.Name) {
				c.add("model", "", why)
			}
		}
	}
	c.slots(ctx, fleet, s.Defaults.Out, entries)
}

// slots lists how many requests each server works on at once, where an earlier run
// found that. What cannot be read of the folder was listed above.
func (c *checklist) slots(ctx context.Context, fleet preflight.Fleet, out string, entries []*plan.Entry) {
	posts, err := output.OpenToRead(ctx, out)
	if err != nil {
		return
	}
	defer func() { _ = posts.Close() }()
	for _, one := range fleet {
		for _, e := range entries {
			key, err := posts.Ledger.ModelKey(ctx, e.Identity, e.Manifest)
			if err != nil || e.Unusable != nil {
				continue
			}
			if found, err := posts.Ledger.Found(ctx, secret.Mask(one.Host.URL), key); err == nil && found.Slots > 0 {
				text := fmt.Sprintf("%s at once of %s, by an earlier run", term.Count(found.Slots, "request"), e.Label)
				if one.Name != "" {
					text = one.Name + ": " + text
				}
				c.add("slots", text, nil)
			}
		}
	}
}

// textOf says which server answers.
func textOf(s *preflight.Server) string {
	if s.Name == "" {
		return "ollama " + s.Version + " answers"
	}
	return fmt.Sprintf("%s: ollama %s answers at %s, workers %s", s.Name, s.Version, secret.Mask(s.Host.URL), s.Host.Workers)
}
