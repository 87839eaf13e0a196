package main

import (
	"github.com/nightpress/nightpress/internal/jobs"
	"github.com/spf13/cobra"
)

func showCmd(a *app) *cobra.Command {
	var parts jobs.Parts
	cmd := &cobra.Command{
		Use:   "show TOPIC_OR_SLUG",
		Short: "Show a topic's jobs, attempts, and problems",
		Long: `show prints what the ledger knows about a topic: each model's job, what it was
made with, and its attempts with their problems. --prompt adds the messages that
were sent, and --replies the raw replies.`,
		Example: `  nightpress show why-cats-purr
  nightpress show why-cats-purr --prompt
  nightpress show "Why do cats purr" --replies`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return jobs.Show(cmd.Context(), a.jobsRequest(s), args[0], parts)
		},
	}
	cmd.Flags().BoolVar(&parts.Prompt, "prompt", false, "print the messages that were sent, too")
	cmd.Flags().BoolVar(&parts.Replies, "replies", false, "print the raw replies too")
	return cmd
}
