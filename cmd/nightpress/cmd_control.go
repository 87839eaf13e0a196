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
		Long: `pause makes a run start no new posts. Posts in progress finish. The run then waits
for "nightpress resume". The pause counts neither against --patience nor as
slowness. With --unload, the models leave the servers' memory, which frees the
GPU.`,
		Example: `  nightpress pause
  nightpress pause --unload -o posts`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.tell(cmd, control.Request{Do: control.Pause, Unload: unload})
		},
	}
	cmd.Flags().BoolVar(&unload, "unload", false, "unload the models from the servers' memory")
	return cmd
}

func resumeCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "resume [SERVER]",
		Short: "Resume a paused run, or a drained server",
		Long: `resume continues a paused run. With the name of a server, it lets that server take
posts again after "nightpress drain".`,
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
		Short: "Stop giving posts to a server of a run",
		Long: `drain gives a server of the run no more posts. Posts in progress there finish.
"nightpress resume SERVER" undoes it. "nightpress watch" shows the names.`,
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
		Short: "Change the number of workers of a run",
		Long: `set changes how many posts a run requests at the same time from each of its
servers, or from the one that --server names. "auto" finds the number. A smaller
number takes effect as posts finish.`,
		Example: `  nightpress set -j 4
  nightpress set -j auto --server attic`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if req.Workers == "" {
				return exit.Usage(errors.New("set needs a number of workers"), "nightpress set -j 4")
			}
			req.Do = control.Workers
			return a.tell(cmd, req)
		},
	}
	cmd.Flags().StringVarP(&req.Workers, "workers", "j", "", "`number` of simultaneous requests to each server, or auto")
	cmd.Flags().StringVar(&req.Server, "server", "", "`name` of one server (default: each)")
	return cmd
}

// tell sends a request to the run and prints the new state.
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
