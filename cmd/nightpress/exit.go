package main

import "github.com/spf13/cobra"

// exitCodesTopic is "nightpress help exit-codes".
func exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `Exit codes describe the combined result of all runs, not only of the last one.

    0  everything requested exists. Posts that you edited count as existing. Rows
       that a flag leaves out are not requested.
    1  nightpress could not run, or "check" found a fault
    2  the command line, models.toml, or the input is wrong
    3  the run finished, but something requested does not exist: it was rejected
       or set aside. For "validate" and "accept": a reply is malformed. For
       "lint": a post has a problem. For "verify": there is a difference.
    4  the run stopped at its own limit (--until, --limit, --patience); the same
       command resumes it
  130  the command was interrupted; the same command resumes a run

Any other code means failure.`,
	}
}
