package main

import (
	"github.com/nightpress/nightpress/internal/jobs"
	"github.com/spf13/cobra"
)

func lintCmd(a *app) *cobra.Command {
	var f topicsFlags
	var file string
	cmd := &cobra.Command{
		Use:   "lint [SLUG...]",
		Short: "Check posts on disk against their prompts' contracts",
		Long: `lint checks posts as they are now, edited ones too, against the contracts of their
prompts as they are now. It prints each problem as FILE:LINE: code: message and
changes nothing. Name posts as for redo; without a name, lint checks all. With
--topics, lint also checks what depends on a topic's columns: rules with columns,
closed lists, and addresses. It works while a run writes, and needs no server.`,
		Example: `  nightpress lint
  nightpress lint 'why-*' -m llama3.2
  nightpress lint --topics topics.csv --json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return jobs.Lint(cmd.Context(), jobs.Linting{
				Request: a.jobsRequest(s), Names: args, Topics: file, Input: topicsOptions(a, f, s.Input), Stdin: a.stdin,
			})
		},
	}
	cmd.Flags().StringVar(&file, "topics", "", "the `file` with the posts' topics, for checks that need their columns")
	f.bind(cmd)
	return cmd
}
