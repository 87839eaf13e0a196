package main

import (
	"github.com/nightpress/nightpress/internal/check"
	"github.com/spf13/cobra"
)

func checkCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Check everything that a run needs",
		Long: `check tests the server and its version, each model (present, local, context
window), the prompts and their contracts, and the folder of the posts. It
generates nothing.`,
		Example: `  nightpress check
  nightpress check -m llama3.2 --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return check.All(cmd.Context(), s, a.printer())
		},
	}
}
