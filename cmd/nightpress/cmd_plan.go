package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/spf13/cobra"
)

func (a *app) planCmd() *cobra.Command {
	var f runFlags
	var jobs bool
	cmd := &cobra.Command{
		Use:   "plan TOPICS",
		Short: "Say what run would do, and do nothing",
		Long: `plan reads the topics, looks at the models and the ledger, and says for each
model how many posts would be made and why, what settings are in force and from
where, whether the prompt fits (an estimate: the server has no way to count
tokens), and, from earlier runs, how long it would take. --jobs names every post
that would be made, and why. It generates and writes nothing, and can be asked
while a run writes.`,
		Example: `  nightpress plan topics.csv
  nightpress plan topics.csv --jobs
  nightpress plan topics.csv -m llama3.2 --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.sample.check(cmd); err != nil {
				return err
			}
			return a.plan(cmd, args[0], f, jobs)
		},
	}
	f.bind(cmd)
	cmd.Flags().BoolVar(&jobs, "jobs", false, "name each post that would be made, and why")
	return cmd
}

// planLine is what plan --json prints of a model.
type planLine struct {
	Event    string `json:"event"`
	Label    string `json:"label"`
	Model    string `json:"model"`
	Prompt   string `json:"prompt"`
	Jobs     int    `json:"jobs"`
	Done     int    `json:"done"`
	New      int    `json:"new"`
	Missing  int    `json:"missing"`
	Replaced int    `json:"replaced"`
	// Interrupted to Overwritten are further reasons to ask; Restored need no
	// request.
	Interrupted int `json:"interrupted"`
	Redo        int `json:"redo"`
	Retried     int `json:"retried"`
	Overwritten int `json:"overwritten"`
	Restored    int `json:"restored"`
	// Blocked posts cannot be put where they belong.
	Blocked  int     `json:"blocked"`
	Kept     int     `json:"kept"`
	Rejected int     `json:"rejected"`
	SetAside string  `json:"set_aside,omitempty"`
	Tokens   int     `json:"longest_prompt_tokens_estimated"`
	Seconds  float64 `json:"seconds_estimated,omitempty"`
	// Fits is how many posts would be made before --until; null where that is
	// not known or not asked for.
	Fits     *int   `json:"fits_estimated"`
	Warning  string `json:"warning,omitempty"`
	SampleOf int    `json:"sample_of,omitempty"`
}

func (a *app) plan(cmd *cobra.Command, path string, f runFlags, jobs bool) (err error) {
	s, err := a.settings(cmd)
	if err != nil {
		return err
	}
	until, err := f.deadline(a.now())
	if err != nil {
		return err
	}
	p, err := a.prepare(cmd.Context(), s, path, f, true)
	if err != nil {
		return err
	}
	defer func() { err = p.close(context.WithoutCancel(cmd.Context()), err) }()
	var first firstPrompt
	err = p.countJobs(cmd.Context(), func(e *plan.Entry, c *plan.Candidate) error {
		first.take(e, c)
		if !jobs || !c.Disposition.Asks() && c.Disposition != plan.Restored {
			return nil
		}
		return p.planJob(e, c)
	})
	if err != nil {
		return err
	}
	var lines []planLine
	for i, e := range p.work.Entries {
		l, err := p.planOf(cmd.Context(), e, i)
		if err != nil {
			return err
		}
		lines = append(lines, l)
	}
	if !until.IsZero() {
		p.fit(lines, p.inMemory(cmd.Context()), until.Sub(a.now()))
	}
	if a.flags.json {
		for _, l := range lines {
			if err := a.jsonLine(l); err != nil {
				return err
			}
		}
		return nil
	}
	return p.printPlan(lines, first.text)
}

// bytesPerToken is a low guess for English and European text; other scripts
// have fewer bytes in a token, so the estimate is on the safe side for them
// only by the room that num_predict leaves.
const bytesPerToken = 3

func (p *prepared) planOf(ctx context.Context, e *plan.Entry, i int) (planLine, error) {
	l := planLine{Event: "plan", Label: e.Label, Model: e.Name, Prompt: e.Prompt.Name, SampleOf: p.sampleOf}
	t := p.tallies[i]
	l.Jobs, l.Done, l.New, l.Missing, l.Replaced, l.Kept, l.Rejected =
		t.All(), t[plan.Done], t[plan.New], t[plan.Missing], t[plan.Replaced], t[plan.Kept], t[plan.Rejected]
	l.Interrupted, l.Redo, l.Retried, l.Overwritten, l.Restored =
		t[plan.Interrupted], t[plan.Redo], t[plan.Retried], t[plan.Overwritten], t[plan.Restored]
	l.Blocked = t[plan.Blocked]
	if e.Unusable != nil {
		l.SetAside = e.Unusable.Error()
		return l, nil
	}
	l.Tokens = p.longest[i] / bytesPerToken
	if l.Tokens+e.NumPredict > e.NumCtx {
		l.Warning = fmt.Sprintf("the longest prompt (about %d tokens) and num_predict %d may not fit in num_ctx %d", l.Tokens, e.NumPredict, e.NumCtx)
	}
	speed, err := p.work.Posts.Ledger.Speed(ctx, e.Label)
	l.Seconds = speed.SecondsPerJob * float64(t.Asks()) / float64(max(1, p.settings.Defaults.Workers))
	return l, err
}

func (p *prepared) printPlan(lines []planLine, first string) error {
	t := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "model\tposts\tdone\tto make\tkept\trejected\ttime")
	for i, l := range lines {
		took := "not known yet"
		if l.Seconds > 0 {
			took = "about " + term.Duration(time.Duration(l.Seconds*float64(time.Second)))
		}
		if l.SetAside != "" {
			took = "set aside"
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%s\n", term.Clean(l.Label), l.Jobs, l.Done+l.Restored, p.tallies[i].Asks(), l.Kept, l.Rejected, took)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for i, l := range lines {
		for d, n := range p.tallies[i].Reasons() {
			fmt.Fprintf(p.stdout, "%s: %s %s: %s\n", term.Clean(l.Label), term.Number(n), d, d.Reason())
		}
		if l.Blocked > 0 {
			fmt.Fprintf(p.stdout, "%s: %s blocked, for example %s\n", term.Clean(l.Label), term.Number(l.Blocked), term.Clean(p.work.Entries[i].Blocked[0]))
		}
		for _, why := range []string{l.SetAside, l.Warning} {
			if why != "" {
				fmt.Fprintf(p.stdout, "%s: %s\n", term.Clean(l.Label), term.Clean(why))
			}
		}
	}
	if p.flags.until != "" {
		fmt.Fprintf(p.stdout, "\nuntil %s: %s\n", term.Clean(p.flags.until), fitText(lines, p.tallies))
	}
	if p.sampleOf > 0 {
		fmt.Fprintf(p.stdout, "\na sample: %s\n", p.flags.sample.text(p.report.Topics, p.sampleOf))
	}
	fmt.Fprintln(p.stdout, "\nin force:")
	t = tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
	for _, o := range p.settings.Origins() {
		fmt.Fprintf(t, "  %s\t%s\tfrom %s\n", o.Key, term.Clean(o.Shown()), o.From)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprint(p.stdout, first)
	return nil
}

// planJob names one post that would be made.
func (p *prepared) planJob(e *plan.Entry, c *plan.Candidate) error {
	path := p.work.Posts.Folder.PostPath(e.Label, c.Slug)
	if p.app.flags.json {
		return p.jsonLine(struct {
			Event  string `json:"event"`
			ID     string `json:"id"`
			Topic  string `json:"topic"`
			Label  string `json:"label"`
			Slug   string `json:"slug"`
			Path   string `json:"path"`
			Plan   string `json:"plan"`
			Reason string `json:"reason"`
		}{"plan-job", c.ID, c.Topic.Text, e.Label, c.Slug, path, c.Disposition.String(), c.Disposition.Reason()})
	}
	_, err := fmt.Fprintf(p.stdout, "%s\t%s: %s\n", term.Clean(path), c.Disposition, c.Disposition.Reason())
	return err
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
