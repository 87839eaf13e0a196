package main

import (
	"github.com/nightpress/nightpress/internal/verify"
	"github.com/spf13/cobra"
)

func verifyCmd(a *app) *cobra.Command {
	var f topicsFlags
	cmd := &cobra.Command{
		Use:   "verify [TOPICS]",
		Short: "Check every post on disk against the ledger",
		Long: `verify reads every post and lists those that are missing, changed since they were
written, or unknown to the ledger. With TOPICS it also lists orphans: posts whose
topic is no longer in that file. It changes nothing and works while a run writes.
A post that you edited counts as changed; a run keeps it.`,
		Example: `  nightpress verify
  nightpress verify topics.csv --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			req := verify.Request{Out: s.Defaults.Out, Input: topicsOptions(a, f), Stdin: a.stdin}
			if len(args) > 0 {
				req.Topics = args[0]
			}
			return verify.Folder(cmd.Context(), req, a.printer())
		},
	}
	f.bind(cmd)
	return cmd
}
