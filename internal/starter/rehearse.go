package starter

import (
	"context"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/rehearsal"
	"github.com/nightpress/nightpress/internal/settings"
)

// Rehearse installs the rehearsal models, or the one for the prompt that was given,
// and prints them.
func Rehearse(ctx context.Context, c *ollama.Client, s *settings.Settings, to printer.Printer) error {
	models, lacks := rehearsal.Models(), []string(nil)
	if s.PromptGiven {
		p, err := preflight.PromptSet(s.Path).Get(s.Defaults.Prompt)
		if err != nil {
			return exit.Usage(err)
		}
		set := p.For(nil).Contract
		m, err := rehearsal.ForContract(s.Defaults.Prompt, set)
		if err != nil {
			return err
		}
		models, lacks = []rehearsal.Model{m}, rehearsal.Lacks(p.Contract, set)
	}
	for _, m := range models {
		if err := m.Install(ctx, c); err != nil {
			return err
		}
		if err := to.Print(rehearsalModel{m.Name, m.Description}); err != nil {
			return err
		}
	}
	for _, line := range lacks {
		to.Note("%s", line)
	}
	return nil
}

// EndRehearsal removes the rehearsal models and prints their names.
func EndRehearsal(ctx context.Context, c *ollama.Client, s *settings.Settings, to printer.Printer) error {
	var installed, names []string
	models, err := c.List(ctx)
	if err != nil {
		return err
	}
	for _, m := range models {
		installed = append(installed, m.Name)
	}
	all, err := preflight.PromptSet(s.Path).Names()
	if err != nil {
		return exit.Usage(err)
	}
	for _, p := range all {
		names = append(names, p.Name)
	}
	return rehearsal.Remove(ctx, c, installed, names, func(name string) error {
		return to.Print(rehearsalModel{Name: name})
	})
}

// rehearsalModel is a model that was installed, or removed where it has no
// description.
type rehearsalModel struct{ Name, Description string }

func (m rehearsalModel) Text(p *printer.Page) {
	if m.Description == "" {
		p.Linef("%s", m.Name)
		return
	}
	p.Linef("%-20s  %s", m.Name, m.Description)
}
