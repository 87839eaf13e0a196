package main

import (
	"context"

	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/internal/watch"
	"github.com/spf13/cobra"
)

func watchCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "watch",
		Short: "Watch and control a run",
		Long: `watch shows a run: its models and servers, the finished and rejected posts, the
pace, and the expected end. Keys pause the run (p; u also unloads the models),
resume it (r), change the workers of a server (+ and -; a finds the number), drain
a server (d; the arrows choose it), and stop the run after the posts in progress
(s). q closes the view, and the run continues.

On a terminal, watch waits for a run to start, and shows how it ended. Elsewhere,
or with --json, it prints a line every second until the run ends.`,
		Example: `  nightpress watch
  nightpress watch -o posts --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return watchRun(cmd.Context(), a, s.Defaults.Out)
		},
	}
}

// watchRun shows a run on the whole screen of a terminal, and in lines elsewhere.
func watchRun(ctx context.Context, a *app, out string) error {
	in, ok := a.stdin.(interruptible)
	if a.flags.json || !ok || !a.atTerminal() || !term.Interactive(a.stdout) || a.getenv("TERM") == "dumb" {
		return watch.Lines(ctx, out, a.printer())
	}
	v := watch.View{Out: out, In: in.r, To: a.stdout, Environ: a.environ()}
	last, err := v.Show(ctx)
	if err != nil || last == nil {
		return err
	}
	return a.printer().Print(watch.Last(last))
}
