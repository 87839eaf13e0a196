package main

import (
	"slices"

	"github.com/nightpress/nightpress/internal/run"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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

plan generates and writes nothing. It works while a run writes. It takes the flags
of run that change what is made, also those that are not listed here: see
nightpress run --help.`,
		Example: `  nightpress plan topics.csv
  nightpress plan topics.csv --jobs
  nightpress plan topics.csv -m llama3.2 --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			req, err := a.request(cmd, args, f)
			if err != nil {
				return err
			}
			return run.Preview(cmd.Context(), req, jobs)
		},
	}
	f.bind(cmd)
	cmd.Flags().BoolVar(&jobs, "jobs", false, "list each post that a run would make, and why")
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { flag.Hidden = !slices.Contains(listedByPlan, flag.Name) })
	return cmd
}

// listedByPlan are the flags of its own that plan's help lists. The help of run has
// the others.
var listedByPlan = []string{"only", "where", "topics-sample", "skip-bad-rows", "until", "jobs"}
