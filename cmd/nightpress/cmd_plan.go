package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/spf13/cobra"
)

func (a *app) planCmd() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "plan TOPICS",
		Short: "Say what run would do, and do nothing",
		Long: `plan reads the topics, looks at the models and the ledger, and says for each
model how many posts would be made and why, what settings are in force and from
where, whether the prompt fits (an estimate: the server has no way to count
tokens), and, from earlier runs, how long it would take. It generates nothing.`,
		Example: `  nightpress plan topics.csv
  nightpress plan topics.csv -m llama3.2 --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.sample.check(cmd); err != nil {
				return err
			}
			return a.plan(cmd, args[0], f)
		},
	}
	f.bind(cmd)
	return cmd
}

// planLine is what plan --json prints of a model.
type planLine struct {
	Event    string  `json:"event"`
	Label    string  `json:"label"`
	Model    string  `json:"model"`
	Prompt   string  `json:"prompt"`
	Jobs     int     `json:"jobs"`
	Done     int     `json:"done"`
	New      int     `json:"new"`
	Missing  int     `json:"missing"`
	Replaced int     `json:"replaced"`
	Kept     int     `json:"kept"`
	Rejected int     `json:"rejected"`
	SetAside string  `json:"set_aside,omitempty"`
	Tokens   int     `json:"longest_prompt_tokens_estimated"`
	Seconds  float64 `json:"seconds_estimated,omitempty"`
	Warning  string  `json:"warning,omitempty"`
	SampleOf int     `json:"sample_of,omitempty"`
}

func (a *app) plan(cmd *cobra.Command, path string, f runFlags) (err error) {
	s, err := a.settings(cmd, f)
	if err != nil {
		return err
	}
	if _, err := f.deadline(a.now()); err != nil {
		return err
	}
	p, err := a.prepare(cmd.Context(), s, path, f)
	if err != nil {
		return err
	}
	defer func() { err = p.close(context.WithoutCancel(cmd.Context()), err) }()
	var lines []planLine
	for i, e := range p.work.entries {
		l, err := p.planOf(cmd.Context(), e, i)
		if err != nil {
			return err
		}
		lines = append(lines, l)
	}
	if a.flags.json {
		for _, l := range lines {
			if err := a.jsonLine(l); err != nil {
				return err
			}
		}
		return nil
	}
	return p.printPlan(cmd.Context(), lines)
}

// bytesPerToken is a low guess for English and European text; other scripts
// have fewer bytes in a token, so the estimate is on the safe side for them
// only by the room that num_predict leaves.
const bytesPerToken = 3

func (p *prepared) planOf(ctx context.Context, e *entry, i int) (planLine, error) {
	l := planLine{Event: "plan", Label: e.Label, Model: e.Name, Prompt: e.prompt.Name, SampleOf: p.sampleOf}
	if e.unusable != nil {
		l.SetAside, l.Jobs = e.unusable.Error(), p.report.Topics
		return l, nil
	}
	t := p.tallies[i]
	l.Jobs, l.Done, l.New, l.Missing, l.Replaced, l.Kept, l.Rejected =
		t.all(), t[isDone], t[toDo], t[toRedo], t[toReplace], t[isKept], t[isRejected]
	l.Tokens = p.longest[i] / bytesPerToken
	if l.Tokens+e.NumPredict > e.NumCtx {
		l.Warning = fmt.Sprintf("the longest prompt (about %d tokens) and num_predict %d may not fit in num_ctx %d", l.Tokens, e.NumPredict, e.NumCtx)
	}
	speed, err := p.work.ledger.Speed(ctx, e.Label)
	l.Seconds = speed.SecondsPerJob * float64(t.asks()) / float64(max(1, p.settings.Defaults.Workers))
	return l, err
}

func (p *prepared) printPlan(ctx context.Context, lines []planLine) error {
	t := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "model\tposts\tdone\tnew\tmissing\treplaced\tkept\trejected\ttime")
	for _, l := range lines {
		took := "not known yet"
		if l.Seconds > 0 {
			took = "about " + term.Duration(time.Duration(l.Seconds*float64(time.Second)))
		}
		if l.SetAside != "" {
			took = "set aside"
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", term.Clean(l.Label), l.Jobs, l.Done, l.New, l.Missing, l.Replaced, l.Kept, l.Rejected, took)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, l := range lines {
		for _, why := range []string{l.SetAside, l.Warning} {
			if why != "" {
				fmt.Fprintf(p.stdout, "%s: %s\n", term.Clean(l.Label), term.Clean(why))
			}
		}
	}
	if p.sampleOf > 0 {
		fmt.Fprintf(p.stdout, "\na sample: %s\n", p.flags.sample.text(p.report.Topics, p.sampleOf))
	}
	fmt.Fprintln(p.stdout, "\nin force:")
	t = tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
	for _, o := range p.settings.origins {
		fmt.Fprintf(t, "  %s\t%s\tfrom %s\n", o.key, term.Clean(o.value), o.from)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return p.printOne(ctx)
}

// printOne shows the first prompt as it would be sent.
func (p *prepared) printOne(ctx context.Context) error {
	for _, e := range p.work.entries {
		if e.unusable != nil {
			continue
		}
		for j, err := range p.work.jobs(ctx, e) {
			if err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "\nthe first prompt, for %s:\n\n%s\n", term.Clean(e.Label), indent(j))
			return nil
		}
	}
	return nil
}

// indent sets the messages apart; a topic's text is cleaned line by line.
func indent(j *batch.Job) string {
	text := ""
	for _, m := range []string{j.Messages.System, j.Messages.User} {
		for line := range splitLines(m) {
			text += "    " + term.Clean(line) + "\n"
		}
	}
	return text
}
