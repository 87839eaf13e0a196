package main

import (
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/validate"
	"github.com/spf13/cobra"
)

func validateCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check saved replies against a prompt's contract",
		Long: `validate reads raw replies of a model ("-" is standard input). It prints each
problem as FILE:LINE: code: message. Lines count from the start of the raw reply.
A problem of the whole reply has no line. validate needs no server.`,
		Example: `  nightpress validate reply.txt
  nightpress validate -p product-description --json replies/*.txt
  ollama run llama3.2 < prompt.txt | nightpress validate -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			p, err := preflight.Prompt(s, s.Defaults.Prompt)
			if err != nil {
				return exit.Usage(err)
			}
			return validate.Files(args, a.stdin, p.For(nil).Contract, a.printer())
		},
	}
}
