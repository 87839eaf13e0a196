package main

import (
	"context"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/rehearsal"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/spf13/cobra"
)

func rehearseCmd(a *app) *cobra.Command {
	var remove, serve bool
	cmd := &cobra.Command{
		Use:   "rehearse",
		Short: "Install the rehearsal models into the running server",
		Long: `rehearse writes a few tiny models (some megabytes) and registers them with the
server, so that you can try everything from topics to posts without a download.
The models put prepared sentences together. Their posts are for trying
nightpress, not for publishing.

With --prompt, rehearse installs one model for that prompt instead: its replies
meet the prompt's contract, and every third one leaves something out. Use it to
try a contract of your own.`,
		Example: `  nightpress rehearse
  nightpress run topics.csv -m rehearsal-steady,rehearsal-sloppy
  nightpress rehearse -p product-description
  nightpress rehearse --remove`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			server, err := preflight.Connect(cmd.Context(), s, serve, a.say)
			if err != nil {
				return err
			}
			defer func() {
				if stopErr := server.Stop(); err == nil {
					err = stopErr
				}
			}()
			if remove {
				return removeRehearsal(cmd.Context(), a, server.Client, s)
			}
			return installRehearsal(cmd.Context(), a, server.Client, s)
		},
	}
	cmd.Flags().BoolVar(&remove, "remove", false, "remove the rehearsal models")
	cmd.Flags().BoolVar(&serve, "serve", false, "start \"ollama serve\" when no server answers, and stop it at the end")
	return cmd
}

// rehearsalModels returns the models to install: the one for --prompt, or else
// the usual ones.
func rehearsalModels(s *settings.Settings) ([]rehearsal.Model, error) {
	if !s.PromptGiven {
		return rehearsal.Models(), nil
	}
	name := s.Defaults.Prompt
	p, err := preflight.PromptSet(s.Path).Get(name)
	if err != nil {
		return nil, exit.Usage(err)
	}
	m, err := rehearsal.ForContract(name, p.Contract)
	return []rehearsal.Model{m}, err
}

func installRehearsal(ctx context.Context, a *app, c *ollama.Client, s *settings.Settings) error {
	models, err := rehearsalModels(s)
	if err != nil {
		return err
	}
	for _, m := range models {
		if err := m.Install(ctx, c); err != nil {
			return err
		}
		if err := a.printer().Print(rehearsalModel{m.Name, m.Description}); err != nil {
			return err
		}
	}
	if !s.PromptGiven {
		return nil
	}
	p, err := preflight.PromptSet(s.Path).Get(s.Defaults.Prompt)
	if err != nil {
		return exit.Usage(err)
	}
	for _, line := range rehearsal.Lacks(p.For(nil).Contract.Language, p.Contract) {
		a.printer().Note("%s", line)
	}
	return nil
}

func removeRehearsal(ctx context.Context, a *app, c *ollama.Client, s *settings.Settings) error {
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
		return a.printer().Print(rehearsalModel{Name: name})
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
