package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/run"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/spf13/cobra"
)

func planCmd(a *app) *cobra.Command {
	var f runFlags
	var jobs bool
	cmd := &cobra.Command{
		Use:   "plan TOPICS",
		Short: "Preview a run without running it",
		Long: `plan reads the topics, the models, and the ledger. For each model it prints how
many posts a run would make and why, whether the prompt fits the context window
(an estimate, because the server cannot count tokens), and how long the run
would take at the speed of earlier runs. It also prints every setting and where
it comes from. --jobs lists each post that a run would make, and why.

plan generates and writes nothing. It works while a run writes.`,
		Example: `  nightpress plan topics.csv
  nightpress plan topics.csv --jobs
  nightpress plan topics.csv -m llama3.2 --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.sample.check(cmd); err != nil {
				return err
			}
			return previewRun(a, cmd, args, f, jobs)
		},
	}
	f.bind(cmd)
	cmd.Flags().BoolVar(&jobs, "jobs", false, "name each post that would be made, and why")
	return cmd
}

func previewRun(a *app, cmd *cobra.Command, args []string, f runFlags, jobs bool) (err error) {
	req, err := a.request(cmd, args, f)
	if err != nil {
		return err
	}
	req.LookOnly = true
	ctx := cmd.Context()
	p, err := run.Prepare(ctx, req)
	if err != nil {
		return err
	}
	defer func() { err = p.Close(context.WithoutCancel(ctx), err) }()
	var first firstPrompt
	err = p.Count(ctx, func(e *plan.Entry, c *plan.Candidate) error {
		first.take(e, c)
		if !jobs || !c.Disposition.Asks() && c.Disposition != plan.Restored {
			return nil
		}
		return a.printer().Print(plannedJob{"plan-job", c.ID, c.Topic.Text, e.Label, c.Slug, p.Plan.Posts.Folder.PostPath(e.Label, c.Slug), c.Disposition.String(), c.Disposition.Reason()})
	})
	if err != nil {
		return err
	}
	lines, err := p.Preview(ctx)
	if err != nil {
		return err
	}
	if a.flags.json {
		for _, l := range lines {
			if err := a.jsonLine(l); err != nil {
				return err
			}
		}
		return nil
	}
	return printPlan(a, p, req, f.until, lines, first.text)
}

// plannedJob is a post that would be made.
type plannedJob struct {
	Event  string `json:"event"`
	ID     string `json:"id"`
	Topic  string `json:"topic"`
	Label  string `json:"label"`
	Slug   string `json:"slug"`
	Path   string `json:"path"`
	Plan   string `json:"plan"`
	Reason string `json:"reason"`
}

func (j plannedJob) Text(p *printer.Page) { p.Linef("%s\t%s: %s", j.Path, j.Plan, j.Reason) }

func printPlan(a *app, p *run.Prepared, req run.Request, until string, lines []run.Line, first string) error {
	t := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "model\tposts\tdone\tto make\tkept\trejected\ttime")
	for i, l := range lines {
		took := "not known yet"
		if l.Seconds > 0 {
			took = "about " + term.Duration(time.Duration(l.Seconds*float64(time.Second)))
		}
		if l.SetAside != "" {
			took = "set aside"
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%s\n", term.Clean(l.Label), l.Jobs, l.Done+l.Restored, p.Tallies[i].Asks(), l.Kept, l.Rejected, took)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for i, l := range lines {
		for d, n := range p.Tallies[i].Reasons() {
			fmt.Fprintf(a.stdout, "%s: %s %s: %s\n", term.Clean(l.Label), term.Number(n), d, d.Reason())
		}
		if l.Blocked > 0 {
			fmt.Fprintf(a.stdout, "%s: %s blocked, for example %s\n", term.Clean(l.Label), term.Number(l.Blocked), term.Clean(p.Plan.Entries[i].Blocked[0]))
		}
		for _, why := range append([]string{l.SetAside, l.Warning}, l.Gaps...) {
			if why != "" {
				fmt.Fprintf(a.stdout, "%s: %s\n", term.Clean(l.Label), term.Clean(why))
			}
		}
	}
	if until != "" {
		fmt.Fprintf(a.stdout, "\nuntil %s: %s\n", term.Clean(until), run.FitText(lines, p.Tallies))
	}
	if p.SampleOf > 0 {
		fmt.Fprintf(a.stdout, "\na sample: %s\n", req.Sample.Text(p.Report.Topics, p.SampleOf))
	}
	if len(lines) > 0 {
		fmt.Fprint(a.stdout, term.Rows(lines[0].BadRows, lines[0].SkippedRows, lines[0].Filtered))
	}
	fmt.Fprintln(a.stdout, "\nin force:")
	t = tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	for _, o := range req.Settings.Origins() {
		fmt.Fprintf(t, "  %s\t%s\tfrom %s\n", o.Key, term.Clean(o.Shown()), o.From)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprint(a.stdout, first)
	return nil
}

// firstPrompt remembers the first prompt as it would be sent.
type firstPrompt struct{ text string }

func (f *firstPrompt) take(e *plan.Entry, c *plan.Candidate) {
	if f.text != "" || e.Unusable != nil {
		return
	}
	text := fmt.Sprintf("\nthe first prompt, for %s:\n\n", term.Clean(e.Label))
	for _, m := range []string{c.Messages.System, c.Messages.User} {
		for line := range splitLines(m) {
			// A topic's text is cleaned line by line.
			text += "    " + term.Clean(line) + "\n"
		}
	}
	f.text = text + "\n"
}
