package main

import (
	"github.com/nightpress/nightpress/internal/status"
	"github.com/spf13/cobra"
)

func statusCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Say how a running or finished run stands",
		Long: `status reads the ledger of a folder of posts and says how it stands: what is
there, what was rejected and why, what each model costs and how well it keeps to
the contract; whether a run is under way, which model it is at, how long it still
takes, and whether it waits for its server. It reads and changes nothing, so it
may be asked from another terminal at any time, and the morning after.`,
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
