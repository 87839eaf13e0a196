package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/near"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/rate"
	"github.com/nightpress/nightpress/internal/settings"
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
	if err := checkLabels(ctx, a, posts); err != nil {
		return err
	}
	session, err := rate.New(ctx, posts.Ledger, posts.Folder, ledger.Person, func(label string) bool { return wantedLabel(a, label) })
	if errors.Is(err, rate.ErrNothing) {
		return hint.Wrap(err, "let a second model write: nightpress run topics.csv -m a,b")
	}
	if err != nil {
		return err
	}
	if err := serveRate(ctx, a, session, port, open); err != nil {
		return err
	}
	a.say("%d rated; nightpress report ranks the models", session.Rated())
	return nil
}

// checkLabels is an error where a name of -m is that of no label with posts.
func checkLabels(ctx context.Context, a *app, posts *output.Posts) error {
	labels, err := posts.Ledger.Labels(ctx)
	if err != nil {
		return err
	}
	for _, m := range a.flags.models {
		if !slices.ContainsFunc(labels, func(label string) bool { return meansLabel(m, label) }) {
			offered := near.Names(m, labels)
			if len(offered) == 0 {
				offered = labels
			}
			return exit.Usage(fmt.Errorf("no model %s has posts in %s", m, posts.Folder.Dir()), "models with posts: -m "+strings.Join(offered, ","))
		}
	}
	return nil
}

// meansLabel reports whether a name of -m means a label.
func meansLabel(name, label string) bool {
	return preflight.Matches(name, label) || output.Label(name) == label
}

// wantedLabel reports whether -m asks for a label; without -m all are.
func wantedLabel(a *app, label string) bool {
	for _, m := range a.flags.models {
		if meansLabel(m, label) {
			return true
		}
	}
	return len(a.flags.models) == 0
}

// serveRate listens on the loopback and says where.
func serveRate(ctx context.Context, a *app, session *rate.Server, port int, open bool) error {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(port)))
	if err != nil {
		return hint.Wrap(fmt.Errorf("rate: %w", err), "take another port, or leave --port out")
	}
	host, token := listener.Addr().String(), strings.ToLower(rand.Text())
	server := &http.Server{Handler: session.Handler(host, token), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	url := "http://" + host + "/" + token + "/"
	err = a.printer().Print(ratePage{"rate", url})
	a.say("open this page in a browser on this machine; Ctrl-C ends it")
	if err == nil && open {
		if err := browse(url); err != nil {
			a.say("no browser was opened: %v", err)
		}
	}
	if err == nil {
		select {
		case err = <-served:
			return fmt.Errorf("rate: %w", err)
		case <-ctx.Done():
		}
	}
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, server.Shutdown(shutdown))
}

// ratePage is the address of the page.
type ratePage struct {
	Event string `json:"event"`
	URL   string `json:"url"`
}

func (r ratePage) Text(p *printer.Page) { p.Linef("%s", r.URL) }

// browse opens an address with whatever the system opens addresses with.
func browse(url string) error {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	cmd := exec.Command(name, args...)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }()
	return nil
}
