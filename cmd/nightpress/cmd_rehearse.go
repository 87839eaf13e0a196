package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/preflight"
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
	cmd.Flags().BoolVar(&remove, "remove", false, "take the rehearsal models out again")
	cmd.Flags().BoolVar(&serve, "serve", false, "start \"ollama serve\" when no server answers, and stop it at the end")
	return cmd
}

// rehearsalModels returns the models to install: the one for --prompt, else the
// usual ones.
func rehearsalModels(a *app, s *settings.Settings) ([]rehearsal.Model, error) {
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

// rehearsalNames returns the names of every model that rehearse may have
// installed.
func rehearsalNames(a *app, s *settings.Settings) (names []string, err error) {
	for _, m := range rehearsal.Models() {
		names = append(names, m.Name)
	}
	all, err := preflight.PromptSet(s.Path).Names()
	for _, p := range all {
		names = append(names, rehearsal.NameFor(p.Name))
	}
	return names, exit.Usage(err)
}

func installRehearsal(ctx context.Context, a *app, c *ollama.Client, s *settings.Settings) error {
	models, err := rehearsalModels(a, s)
	if err != nil {
		return err
	}
	for _, m := range models {
		if err := install(ctx, c, m); err != nil {
			return fmt.Errorf("install %s: %w", m.Name, err)
		}
		fmt.Fprintf(a.stdout, "%-20s  %s\n", m.Name, m.Description)
	}
	return nil
}

// install writes the model to a temporary file and hands that to the server.
func install(ctx context.Context, c *ollama.Client, m rehearsal.Model) error {
	f, err := os.CreateTemp("", "nightpress-*.gguf")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := m.WriteTo(f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return c.Create(ctx, m.Name, f, m.Template, m.Parameters)
}

func removeRehearsal(ctx context.Context, a *app, c *ollama.Client, s *settings.Settings) error {
	installed, err := c.List(ctx)
	if err != nil {
		return err
	}
	names, err := rehearsalNames(a, s)
	if err != nil {
		return err
	}
	for _, name := range names {
		for _, m := range installed {
			if m.Name != name && m.Name != name+":latest" {
				continue
			}
			if err := c.Delete(ctx, m.Name); err != nil {
				return fmt.Errorf("remove %s: %w", m.Name, err)
			}
			fmt.Fprintln(a.stdout, name)
		}
	}
	return nil
}
