package main

import (
	"errors"
	"strings"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/run"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/internal/work"
	"github.com/spf13/cobra"
)

// fleetToken is the variable of the environment that has a token for NATS.
const fleetToken = "NIGHTPRESS_FLEET_TOKEN"

// ownServer is the value of --fleet without an address.
const ownServer = "own"

// fleetFlags are the flags of a run with other machines.
type fleetFlags struct {
	at, listen  string
	noLocalWork bool
}

func (f *fleetFlags) bind(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringVar(&f.at, "fleet", "", "let other machines write posts as well; with an `address`, through the NATS server there")
	s.Lookup("fleet").NoOptDefVal = ownServer
	s.StringVar(&f.listen, "fleet-listen", "127.0.0.1:4222", "`address` at which this run listens for other machines")
	s.BoolVar(&f.noLocalWork, "no-local-work", false, "with --fleet: leave all posts to other machines")
}

// isNATS reports whether an argument is the address of a NATS server.
func isNATS(arg string) bool {
	return strings.HasPrefix(arg, "nats://") || strings.HasPrefix(arg, "tls://")
}

// args removes the address of "--fleet nats://host" from the arguments. pflag takes
// the value of a flag with an optional value for an argument.
func (f *fleetFlags) args(args []string) []string {
	if f.at != ownServer {
		return args
	}
	var rest []string
	for _, arg := range args {
		if isNATS(arg) && f.at == ownServer {
			f.at = arg
			continue
		}
		rest = append(rest, arg)
	}
	return rest
}

// oneTopicsFile accepts one argument, and the address of --fleet.
func (f *fleetFlags) oneTopicsFile(cmd *cobra.Command, args []string) error {
	taken := *f
	return cobra.ExactArgs(1)(cmd, taken.args(args))
}

// request returns the fleet part of a run's request, nil without --fleet.
func (f *fleetFlags) request(a *app, cmd *cobra.Command) (*run.FleetRequest, error) {
	if f.at == "" {
		for _, name := range []string{"fleet-listen", "no-local-work"} {
			if cmd.Flags().Changed(name) {
				return nil, exit.Usage(errors.New("--"+name+" is for a run with --fleet"), cmd.CommandPath()+" --fleet")
			}
		}
		return nil, nil
	}
	name, err := work.Name("")
	if err != nil {
		return nil, err
	}
	req := &run.FleetRequest{
		Token: a.getenv(fleetToken), Listen: f.listen, NoLocalWork: f.noLocalWork, Name: name,
		Line: func(url string) string { return a.program() + " work " + shell.Quote(url) },
	}
	if f.at != ownServer {
		req.URL = f.at
	}
	return req, nil
}
