package main

import (
	"github.com/nightpress/nightpress/internal/jobs"
	"github.com/nightpress/nightpress/output"
	"github.com/spf13/cobra"
)

func redoCmd(a *app) *cobra.Command {
	var overwrite bool
	cmd := &cobra.Command{
		Use:   "redo TOPIC_OR_SLUG...",
		Short: "Mark posts to be made again with another seed",
		Long: `redo marks posts that you do not like. The next run makes them again with
another seed. Until then the old post stays. The new post moves it to
` + output.Replaced + `. Name a post by its topic, its slug, or its file, or several
posts by a pattern of slugs. With -m, redo marks only the posts of those models.
Without it, redo marks the posts of all models, or of the model whose file you
named. The next run keeps a post that you edited, unless you mark it with
--overwrite-edited.`,
		Example: `  nightpress redo why-cats-purr
  nightpress redo why-cats-purr how-bees-find-home -m llama3.2
  nightpress redo 'why-*'
  nightpress redo posts/llama3.2/why-cats-purr.md
  nightpress redo --overwrite-edited why-cats-purr`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return jobs.Redo(cmd.Context(), a.jobsRequest(s), args, overwrite)
		},
	}
	cmd.Flags().BoolVar(&overwrite, "overwrite-edited", false, "replace posts that you edited, too; your versions move to "+output.Replaced)
	return cmd
}
