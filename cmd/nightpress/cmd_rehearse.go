package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/rehearsal"
	"github.com/spf13/cobra"
)

func (a *app) rehearseCmd() *cobra.Command {
	var remove, serve bool
	cmd := &cobra.Command{
		Use:   "rehearse",
		Short: "Install the rehearsal models into the running server",
		Long: `rehearse writes a few tiny models (some megabytes) and registers them with the
server, so that the whole way from topics to posts can be tried with no
download. They string prepared phrases together: their posts are for trying the
machinery, not for publishing.`,
		Example: `  nightpress rehearse
  nightpress run topics.csv -m rehearsal-steady,rehearsal-sloppy
  nightpress rehearse --remove`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			s, err := a.settings(cmd, runFlags{})
			if err != nil {
				return err
			}
			// A server that was started here must not outlive a Ctrl-C.
			ctx, release := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer release()
			c, _, child, err := a.reach(ctx, s, serve)
			if err != nil {
				return err
			}
			if child != nil {
				defer func() {
					if stopErr := child.Stop(); err == nil {
						err = stopErr
					}
				}()
			}
			if remove {
				return a.removeRehearsal(ctx, c)
			}
			return a.installRehearsal(ctx, c)
		},
	}
	cmd.Flags().BoolVar(&remove, "remove", false, "take the rehearsal models out again")
	cmd.Flags().BoolVar(&serve, "serve", false, "start \"ollama serve\" when no server answers, and stop it at the end")
	return cmd
}

func (a *app) installRehearsal(ctx context.Context, c *ollama.Client) error {
	for _, m := range rehearsal.Models() {
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

func (a *app) removeRehearsal(ctx context.Context, c *ollama.Client) error {
	there, err := c.List(ctx)
	if err != nil {
		return err
	}
	for _, m := range rehearsal.Models() {
		for _, l := range there {
			if l.Name != m.Name && l.Name != m.Name+":latest" {
				continue
			}
			if err := c.Delete(ctx, l.Name); err != nil {
				return fmt.Errorf("remove %s: %w", l.Name, err)
			}
			fmt.Fprintln(a.stdout, m.Name)
		}
	}
	return nil
}
