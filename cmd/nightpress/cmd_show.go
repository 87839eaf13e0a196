package main

import (
	"github.com/nightpress/nightpress/internal/jobs"
	"github.com/spf13/cobra"
)

func showCmd(a *app) *cobra.Command {
	var replies bool
	cmd := &cobra.Command{
		Use:   "show TOPIC_OR_SLUG",
		Short: "Show a topic's jobs, attempts, and problems",
		Long: `show prints what the ledger knows about a topic: each model's job, and its
attempts with their problems. --replies adds the raw replies.`,
		Example: `  nightpress show why-cats-purr
  nightpress show "Why do cats purr" --replies`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return jobs.Show(cmd.Context(), a.jobsRequest(s), args[0], replies)
		},
	}
	cmd.Flags().BoolVar(&replies, "replies", false, "print the raw replies too")
	return cmd
}
