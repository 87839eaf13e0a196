package main

import (
	"github.com/nightpress/nightpress/internal/jobs"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/output"
	"github.com/spf13/cobra"
)

func acceptCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "accept SLUG FILE",
		Short: "Accept a reply that you corrected by hand",
		Long: `accept checks FILE ("-" is standard input) against the contract of the topic's
prompt, as if a model had just sent it, and writes the post. The job is then
done, and the post's front matter records that a person wrote it. The post that
it replaces moves to ` + output.Replaced + `. Use -m where several models have a
post on the topic.`,
		Example: `  nightpress accept how-bees-find-home mended.txt -m llama3.2
  cat mended.txt | nightpress accept why-cats-purr -m llama3.2 -`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return jobs.Accept(cmd.Context(), a.jobsRequest(s), args[0], args[1], a.stdin)
		},
	}
}

// jobsRequest is what redo and accept have in common.
func (a *app) jobsRequest(s *settings.Settings) jobs.Request {
	return jobs.Request{Settings: s, Models: a.flags.models, Command: a.command(), Printer: a.printer()}
}
