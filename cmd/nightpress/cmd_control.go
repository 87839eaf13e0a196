package main

import (
	"errors"

	"github.com/nightpress/nightpress/internal/control"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/watch"
	"github.com/spf13/cobra"
)

func pauseCmd(a *app) *cobra.Command {
	var unload bool
	cmd := &cobra.Command{
		Use:   "pause",
		Short: "Pause a run after the posts in progress",
		Long: `pause lets the run that writes to a folder of posts begin no new posts. Those in
progress finish. A paused run waits until "nightpress resume": the time counts
neither against --patience nor as slowness. With --unload, the models then leave
the servers' memory, so that the GPU is free for something else.`,
		Example: `  nightpress pause
  nightpress pause --unload -o posts`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.tell(cmd, control.Request{Do: control.Pause, Unload: unload})
		},
	}
	cmd.Flags().BoolVar(&unload, "unload", false, "take the models out of the servers' memory")
	return cmd
}

func resumeCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "resume [SERVER]",
		Short: "Resume a paused run, or a drained server",
		Long: `resume lets a paused run go on. With the name of a server, it lets that server
take posts again after "nightpress drain".`,
		Example: `  nightpress resume
  nightpress resume attic`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			req := control.Request{Do: control.Resume}
			if len(args) > 0 {
				req = control.Request{Do: control.Undrain, Server: args[0]}
			}
			return a.tell(cmd, req)
		},
	}
}

func drainCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "drain SERVER",
		Short: "Let a server of a run take no more posts",
		Long: `drain lets a server of the run take no more posts. Those in progress there finish.
"nightpress resume SERVER" takes it back. "nightpress watch" shows the names.`,
		Example: `  nightpress drain attic
  nightpress resume attic`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.tell(cmd, control.Request{Do: control.Drain, Server: args[0]})
		},
	}
}

func setCmd(a *app) *cobra.Command {
	var req control.Request
	cmd := &cobra.Command{
		Use:   "set",
		Short: "Set the number of workers of a run while it goes on",
		Long: `set changes how many posts a run requests at the same time: at each of its
servers, or at the one that --server names. "auto" finds the number. A smaller
number takes effect as posts finish.`,
		Example: `  nightpress set -j 4
  nightpress set -j auto --server attic`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if req.Workers == "" {
				return exit.Usage(errors.New("nothing is to be set"), "nightpress set -j 4")
			}
			req.Do = control.Workers
			return a.tell(cmd, req)
		},
	}
	cmd.Flags().StringVarP(&req.Workers, "workers", "j", "", "`number` of requests at the same time at each server, or auto")
	cmd.Flags().StringVar(&req.Server, "server", "", "`name` of one server (default: each)")
	return cmd
}

// tell sends a request to the run, and prints what is so then.
func (a *app) tell(cmd *cobra.Command, req control.Request) error {
	s, err := a.settings(cmd)
	if err != nil {
		return err
	}
	answer, err := watch.Tell(cmd.Context(), s.Defaults.Out, req)
	if err != nil {
		return err
	}
	return a.printer().Print(answer)
}
