package main

import (
	"context"
	"errors"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/rate"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/output"
	"github.com/spf13/cobra"
)

func rateCmd(a *app) *cobra.Command {
	var port int
	var open bool
	cmd := &cobra.Command{
		Use:   "rate",
		Short: "Compare two posts at a time without knowing their models",
		Long: `rate serves a page on this machine only. The page shows the posts of two models
on one topic, in random order and without the models' names. Keys: 1 or 2 for
the better post, = for a tie, s to skip, u to undo the last answer. Each answer
is saved at once, and a run may write meanwhile. Hand-edited posts are excluded.
"nightpress report" ranks the models by the answers. Ctrl-C ends rate.`,
		Example: `  nightpress rate
  nightpress rate -o posts -m llama3.2,qwen3-8b --open`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return ratePosts(cmd.Context(), a, s, port, open)
		},
	}
	cmd.Flags().IntVar(&port, "port", 0, "`port` of the page (default: any that is free)")
	cmd.Flags().BoolVar(&open, "open", false, "open the page in the browser")
	return cmd
}

// ratePosts serves the page until the context ends.
func ratePosts(ctx context.Context, a *app, s *settings.Settings, port int, open bool) (err error) {
	posts, err := output.OpenToRate(ctx, s.Defaults.Out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
	labels, err := posts.Ledger.Labels(ctx)
	if err != nil {
		return err
	}
	wanted, err := preflight.Chosen(a.flags.models, labels, posts.Folder.Dir())
	if err != nil {
		return err
	}
	session, err := rate.New(ctx, posts.Ledger, posts.Folder, ledger.Person, wanted)
	if errors.Is(err, rate.ErrNothing) {
		return hint.Wrap(err, "let a second model write: nightpress run topics.csv -m a,b")
	}
	if err != nil {
		return err
	}
	err = session.Serve(ctx, port, func(url string) error { return showPage(a, url, open) })
	if err != nil {
		return err
	}
	a.say("%d rated; nightpress report ranks the models", session.Rated())
	return nil
}

// showPage prints the address of the page, and opens it where that was asked
// for.
func showPage(a *app, url string, open bool) error {
	err := a.printer().Print(ratePage{"rate", url})
	a.say("open this page in a browser on this machine; Ctrl-C ends it")
	if err == nil && open {
		if err := shell.Browse(url); err != nil {
			a.say("no browser was opened: %v", err)
		}
	}
	return err
}

// ratePage is the address of the page.
type ratePage struct {
	Event string `json:"event"`
	URL   string `json:"url"`
}

func (r ratePage) Text(p *printer.Page) { p.Linef("%s", r.URL) }
