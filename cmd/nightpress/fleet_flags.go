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
	s.StringVar(&f.at, "fleet", "", "let other machines write posts as well, through a NATS server of this run or the one at this `address`")
	s.Lookup("fleet").NoOptDefVal = ownServer
	s.StringVar(&f.listen, "fleet-listen", "127.0.0.1:4222", "`address` at which other machines reach this run")
	s.BoolVar(&f.noLocalWork, "no-local-work", false, "with --fleet: leave the posts to other machines")
}

// isNATS reports whether an argument is an address of NATS and no topics file.
func isNATS(arg string) bool {
	return strings.HasPrefix(arg, "nats://") || strings.HasPrefix(arg, "tls://")
}

// args takes the address of "--fleet nats://host" out of the arguments: an optional
// value is taken for one.
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

// request is what the flags ask for, nil without --fleet.
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
