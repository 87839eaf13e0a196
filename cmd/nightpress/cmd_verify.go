package main

import (
	"errors"

	"github.com/nightpress/nightpress/internal/attest"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/verify"
	"github.com/spf13/cobra"
)

func verifyCmd(a *app) *cobra.Command {
	var f topicsFlags
	var deep bool
	var against attest.Comparison
	cmd := &cobra.Command{
		Use:   "verify [TOPICS]",
		Short: "Check every post on disk against the ledger",
		Long: `verify reads every post and lists those that are missing, changed since they were
written, or unknown to the ledger. With TOPICS it also lists orphans: posts whose
topic is no longer in that file. It changes nothing and works while a run writes.
A post that you edited counts as changed; a run keeps it. --deep also computes the
ID of every job again from the prompt, the options, and the model on record.

With --attestation, verify compares the posts with a file of "nightpress attest". It
needs no ledger then. It names each post that changed, is missing, or is new.
--key is the public key of whoever signed, or a list of allowed signers.`,
		Example: `  nightpress verify
  nightpress verify --deep
  nightpress verify topics.csv --json
  nightpress verify --attestation posts.intoto.jsonl --key ~/.ssh/id_ed25519.pub`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			if against.File != "" {
				if deep || len(args) > 0 {
					return exit.Usage(errors.New("--attestation compares with a statement, and takes neither --deep nor TOPICS"), "nightpress verify --attestation FILE")
				}
				against.Posts, against.Now = s.Defaults.Out, a.now()
				return attest.Check(cmd.Context(), against, a.printer())
			}
			if against.Keys != "" {
				return exit.Usage(errors.New("--key is for --attestation"), "nightpress verify --attestation FILE --key FILE")
			}
			req := verify.Request{Out: s.Defaults.Out, Input: topicsOptions(a, f, s.Input), Stdin: a.stdin, Deep: deep}
			if len(args) > 0 {
				req.Topics = args[0]
			}
			return verify.Folder(cmd.Context(), req, a.printer())
		},
	}
	f.bind(cmd)
	cmd.Flags().BoolVar(&deep, "deep", false, "compute the IDs of all jobs again")
	cmd.Flags().StringVar(&against.File, "attestation", "", "compare with this `file` of \"nightpress attest\", not with the ledger")
	cmd.Flags().StringVar(&against.Keys, "key", "", "`file` of the public key, or of the allowed signers, that count")
	return cmd
}
