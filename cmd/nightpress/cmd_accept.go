package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
	"github.com/spf13/cobra"
)

func acceptCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "accept SLUG FILE",
		Short: "Accept a reply that you corrected by hand",
		Long: `accept checks FILE ("-" is standard input) against the contract of the topic's
prompt, as if a model had just sent it, and writes the post. The job is then
done, and the post's front matter records that a person wrote it. The post that
it replaces moves to .nightpress/replaced. Use -m where several models have a
post on the topic.`,
		Example: `  nightpress accept how-bees-find-home mended.txt -m llama3.2
  cat mended.txt | nightpress accept why-cats-purr -m llama3.2 -`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return acceptReply(cmd.Context(), a, s, args[0], args[1])
		},
	}
}

func acceptReply(ctx context.Context, a *app, s *settings.Settings, slug, file string) (err error) {
	text, err := readReply(a, file)
	if err != nil {
		return exit.Usage(err)
	}
	posts, err := takeFolder(ctx, a, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, posts.Close()) }()
	j, err := oneJob(ctx, a, posts.Folder, posts.Ledger, slug)
	if err != nil {
		return err
	}
	p, err := preflight.Prompt(s, j.Prompt)
	if err != nil {
		return exit.Usage(err)
	}
	v := reply.Read(p.For(nil).Contract, text, reply.Ended)
	if v.Post == nil {
		if err := showVerdict(a, file, v); err != nil {
			return err
		}
		return exit.Silent(exit.Incomplete)
	}
	path, err := takePost(ctx, s, posts, j, v.Post)
	if err != nil {
		return err
	}
	return a.printer().Print(accepted{"accepted", j.ID, j.Label, j.Slug, path, v.Post.Words})
}

// accepted is a reply that is a post now.
type accepted struct {
	Event string `json:"event"`
	ID    string `json:"id"`
	Label string `json:"label"`
	Slug  string `json:"slug"`
	Path  string `json:"path"`
	words int
}

func (x accepted) Text(p *printer.Page) { p.Notef("%s is in place, %d words", x.Path, x.words) }

// takePost writes the post as the job's.
func takePost(ctx context.Context, s *settings.Settings, posts *output.Posts, j *ledger.Job, post *contract.Post) (string, error) {
	// The person can see to what is in the way, and then accept again.
	if _, _, _, err := posts.Folder.Stat(j.Label, j.Slug); err != nil {
		return "", err
	}
	run, err := posts.Ledger.LastRun(ctx)
	if err != nil {
		return "", err
	}
	sink := posts.Sink(run)
	sink.KeepAll, sink.OverwriteEdited, sink.Origin = s.Defaults.KeepReplies == "all", true, "hand"
	path, err := sink.Save(ctx, &record.Result{
		ID: j.ID, Topic: j.Topic, Slug: j.Slug, Label: j.Label, Model: j.Model, Digest: j.Digest, Prompt: j.Prompt,
		Variant: j.Variant, Status: record.Done, Post: post,
	})
	return path, errors.Join(err, sink.Commit(ctx))
}

// oneJob finds the one job that is meant.
func oneJob(ctx context.Context, a *app, folder *output.Folder, l *ledger.Ledger, slug string) (*ledger.Job, error) {
	jobs, err := jobsOf(ctx, a, folder, l, slug)
	if err != nil {
		return nil, err
	}
	if len(jobs) > 1 {
		var labels []string
		for _, j := range jobs {
			labels = append(labels, j.Label)
		}
		return nil, exit.Usage(hint.Wrap(fmt.Errorf("%d models were asked for %s: %s", len(jobs), term.Clean(jobs[0].Slug), term.Clean(strings.Join(labels, ", "))), "name one: -m "+labels[0]))
	}
	return jobs[0], nil
}
