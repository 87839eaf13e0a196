package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"slices"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/shell"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
	"github.com/spf13/cobra"
)

// finding is one line of check.
type finding struct {
	Event string `json:"event"`
	What  string `json:"what"`
	OK    bool   `json:"ok"`
	// Warning is set where a run works, and something will likely go wrong.
	Warning bool   `json:"warning,omitempty"`
	Message string `json:"text"`
	Hint    string `json:"hint,omitempty"`
}

func checkCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Check everything that a run needs",
		Long: `check tests the server and its version, each model (present, local, context
window), the prompts and their contracts, and the folder of the posts. It
generates nothing.`,
		Example: `  nightpress check
  nightpress check -m llama3.2 --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return checkAll(cmd.Context(), a, s)
		},
	}
}

// checklist prints findings as they come and remembers whether all were good.
type checklist struct {
	printer printer.Printer
	failed  bool
	err     error
	// folder is nil where it cannot be opened.
	folder *output.Folder
}

func (c *checklist) add(what, text string, err error) {
	f := finding{Event: "check", What: what, OK: err == nil, Message: text}
	if err != nil {
		c.failed = true
		f.Message = err.Error()
		f.Hint = strings.Join(hint.Of(err), "; ")
	}
	c.err = errors.Join(c.err, c.printer.Print(f))
}

func (f finding) Text(p *printer.Page) {
	mark := "ok  "
	switch {
	case !f.OK:
		mark = "FAIL"
	case f.Warning:
		mark = "warn"
	}
	p.Linef("%s  %-8s %s", mark, f.What, f.Message)
	if f.Hint != "" {
		p.Linef("      hint: %s", f.Hint)
	}
}

// warn lists what lets a run work and will likely cost posts. check does not
// fail because of it.
func (c *checklist) warn(what, text, hint string) {
	c.err = errors.Join(c.err, c.printer.Print(finding{Event: "check", What: what, OK: true, Warning: true, Message: text, Hint: hint}))
}

// warnOfGaps lists what contracts want and their templates never mention.
func (c *checklist) warnOfGaps(loaded map[string]*prompts.Prompt) {
	for _, name := range slices.Sorted(maps.Keys(loaded)) {
		for _, gap := range loaded[name].Gaps() {
			c.warn("prompts", name+": "+gap, "say it in the template, or change the contract: nightpress prompts show "+shell.Quote(name))
		}
	}
}

func checkAll(ctx context.Context, a *app, s *settings.Settings) (err error) {
	list := &checklist{printer: a.printer()}
	loaded, err := preflight.Prompts(s)
	list.add("prompts", fmt.Sprintf("%d valid, with a contract each", len(loaded)), err)
	list.warnOfGaps(loaded)
	folder, err := output.Open(s.Defaults.Out, "nightpress check")
	list.folder = folder
	list.add("folder", s.Defaults.Out+" can be written", err)
	if err == nil {
		free, _ := folder.Free()
		list.add("disk", output.Bytes(free)+" are free there", folder.CheckSpace())
		folder.SetSite(output.Site{Name: s.Output.Site, Flat: s.Output.Layout == "flat", Bundle: s.Output.Bundle})
		defer func() { err = errors.Join(err, folder.Close()) }()
	}
	checkServer(ctx, a, s, loaded, list)
	if list.err != nil {
		return list.err
	}
	if list.failed {
		return exit.Silent(exit.CannotRun)
	}
	return nil
}

func checkServer(ctx context.Context, a *app, s *settings.Settings, loaded map[string]*prompts.Prompt, list *checklist) {
	server, err := preflight.Connect(ctx, s, false, a.say)
	if err != nil {
		list.add("server", "", err)
		return
	}
	list.add("server", "ollama "+server.Version+" answers", nil)
	c := server.Client
	checkCloud(ctx, a, c, s, list)
	if s.Wanted != nil {
		if err := preflight.Expand(ctx, c, s, a.say); err != nil {
			list.add("models", "", err)
			return
		}
		if loaded, err = preflight.Prompts(s); err != nil {
			list.add("prompts", "", err)
		}
		list.warnOfGaps(loaded)
	}
	if err := s.NeedModels(); err != nil {
		list.add("models", "", err)
		return
	}
	// A prompt that is missing or broken was listed above: what is left to say of
	// its model is said once it is mended.
	s.Models = slices.DeleteFunc(slices.Clone(s.Models), func(m config.Model) bool { return loaded[preflight.PromptName(m, s)] == nil })
	entries, err := preflight.Lineup(ctx, c, s, loaded)
	if err != nil {
		list.add("models", "", err)
		return
	}
	for _, e := range entries {
		if e.Unusable == nil && list.folder != nil {
			e.Unusable = list.folder.CheckLabel(e.Label)
		}
		dir := s.Defaults.Out
		if s.Output.Layout != "flat" {
			dir += "/" + e.Label
		}
		list.add("model", fmt.Sprintf("%s, num_ctx %d, num_predict %d, writes to %s", e.Name, e.NumCtx, e.NumPredict, dir), e.Unusable)
	}
}

func checkCloud(ctx context.Context, a *app, c *ollama.Client, s *settings.Settings, list *checklist) {
	err := preflight.CheckCloud(ctx, c, s)
	if err != nil || s.Server.RequireNoCloud {
		list.add("cloud", "switched off at the server", err)
	}
}
