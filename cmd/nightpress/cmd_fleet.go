package main

import (
	"github.com/nightpress/nightpress/internal/members"
	"github.com/spf13/cobra"
)

func fleetCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fleet",
		Short: "List the machines that write posts for a run",
		Long: `fleet lists the machines of a run with --fleet: their servers, models, requests
in progress, tokens/s, and when the run last heard from them. It reads the posts
folder, on the machine with the topics.`,
		Example: `  nightpress fleet
  nightpress fleet --json
  nightpress fleet drain big-machine`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			list, err := members.Read(s.Defaults.Out, a.now())
			if err != nil {
				return err
			}
			return a.printer().Print(list)
		},
	}
	cmd.AddCommand(fleetDrainCmd(a))
	return cmd
}

func fleetDrainCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "drain NAME",
		Short: "Let a machine finish its posts and leave the fleet",
		Long: `drain tells a machine to finish its posts in progress and to take no
more. Its "nightpress work" then ends.`,
		Example: `  nightpress fleet drain big-machine`,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			if err := members.Drain(cmd.Context(), s, a.getenv(fleetToken), args[0]); err != nil {
				return err
			}
			a.say("%s will finish its posts and leave", args[0])
			return nil
		},
		Args: cobra.ExactArgs(1),
	}
}
