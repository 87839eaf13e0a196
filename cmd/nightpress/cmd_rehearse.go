package main

import (
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/starter"
	"github.com/spf13/cobra"
)

func rehearseCmd(a *app) *cobra.Command {
	var remove, serve bool
	cmd := &cobra.Command{
		Use:   "rehearse",
		Short: "Install the rehearsal models into the running server",
		Long: `rehearse writes a few tiny models (some megabytes) and registers them with the
server, so that you can try everything from topics to posts without a download.
The models combine prepared sentences. Their posts are for trying nightpress, not
for publishing.

With --prompt, rehearse installs one model for that prompt instead: its replies
meet the prompt's contract, and every third one leaves something out. Use it to
try a contract of your own.`,
		Example: `  nightpress rehearse
  nightpress run topics.csv -m rehearsal-steady,rehearsal-sloppy
  nightpress rehearse -p product-description
  nightpress rehearse --remove`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			server, err := preflight.Connect(cmd.Context(), s, serve, a.say)
			if err != nil {
				return err
			}
			defer func() {
				if stopErr := server.Stop(); err == nil {
					err = stopErr
				}
			}()
			if remove {
				return starter.EndRehearsal(cmd.Context(), server.Client, s, a.printer())
			}
			return starter.Rehearse(cmd.Context(), server.Client, s, a.printer())
		},
	}
	cmd.Flags().BoolVar(&remove, "remove", false, "remove the rehearsal models")
	cmd.Flags().BoolVar(&serve, "serve", false, "start \"ollama serve\" when no server answers, and stop it at the end")
	return cmd
}
