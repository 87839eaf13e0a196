package main

import (
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/starter"
	"github.com/spf13/cobra"
)

func initCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Write a starter models.toml, topics.csv, and prompts/",
		Long: `init writes the files of a first run into this folder: models.toml with the
server's models, one of them enabled, topics.csv with three topics, and the
default prompt, ready to edit. It ends with the commands to type next. It never
overwrites a file.`,
		Example: `  nightpress init
  nightpress run topics.csv`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := settings.LoadNew(given(cmd), a.getenv)
			if err != nil {
				return err
			}
			return starter.Write(cmd.Context(), starter.Request{
				Settings: s, Program: a.program(), Printer: a.printer(),
				ConfigKnown: s.Path == settings.DefaultPath || s.Path == a.getenv("NIGHTPRESS_CONFIG"),
			})
		},
	}
}
