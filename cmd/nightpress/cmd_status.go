package main

import (
	"github.com/nightpress/nightpress/internal/status"
	"github.com/spf13/cobra"
)

func statusCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Print the state of a running or finished run",
		Long: `status reads the ledger of a folder of posts. It prints which posts exist, which
were rejected and why, and how well and how fast each model works. During a run
it also prints the current model, the time left, and whether the run waits for
its server. It changes nothing, so it works at any time and from any terminal.`,
		Example: `  nightpress status
  nightpress status --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			st, err := status.Read(cmd.Context(), s.Defaults.Out, a.now())
			if err != nil {
				return err
			}
			return a.printer().Print(st)
		},
	}
}
