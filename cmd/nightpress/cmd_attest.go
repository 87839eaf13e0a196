package main

import (
	"errors"

	"github.com/nightpress/nightpress/internal/attest"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/spf13/cobra"
)

func attestCmd(a *app) *cobra.Command {
	req := attest.Request{Version: version}
	cmd := &cobra.Command{
		Use:   "attest [POSTS]",
		Short: "Write a signed statement of what every post was made with",
		Long: `attest writes one file with the SHA-256 of every post in the folder POSTS (default:
--out), and what the ledger knows of it: the model's identity, the prompt, the
options, the seeds, the attempts, the versions, the times, and whether a person
edited it. It signs the file with an ordinary SSH key of the type ed25519. Whoever
has the posts, the file, and your public key can check them without the ledger:
nightpress verify --attestation. The file is an in-toto statement in a DSSE
envelope (docs/air-gap.md).`,
		Example: `  nightpress attest --key ~/.ssh/id_ed25519
  nightpress attest posts --key ~/.ssh/id_ed25519 --to posts.intoto.jsonl
  nightpress verify --attestation posts.intoto.jsonl --key ~/.ssh/id_ed25519.pub`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if req.Key == "" {
				return exit.Usage(errors.New("attest needs --key, the file of a private SSH key"), "nightpress attest --key ~/.ssh/id_ed25519", "make a key: ssh-keygen -t ed25519")
			}
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			if req.Posts = s.Defaults.Out; len(args) > 0 {
				if cmd.Flags().Changed("out") {
					return exit.Usage(errors.New("the folder is given twice: as an argument and with --out"), "nightpress attest posts --key KEY")
				}
				req.Posts = args[0]
			}
			req.Now = a.now()
			return attest.Folder(cmd.Context(), req, a.printer())
		},
	}
	cmd.Flags().StringVar(&req.Key, "key", "", "`file` of the private SSH key that signs")
	cmd.Flags().StringVar(&req.To, "to", "posts.intoto.jsonl", "`file` of the statement")
	return cmd
}
