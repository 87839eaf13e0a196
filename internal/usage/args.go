package usage

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/term"
)

// Topic refuses help on a word that is no command.
func Topic(cmd *cobra.Command, args []string) error {
	found, rest, err := cmd.Root().Find(args)
	if len(args) > 0 && (err != nil || found == cmd.Root() || len(rest) > 0 && len(found.Commands()) > 0) {
		return Command(cmd.Root(), args[max(0, len(args)-max(1, len(rest))):])
	}
	return nil
}

// Command refuses a word that is no command and names the nearest one.
func Command(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "nightpress --help"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "nightpress " + near[0]
	}
	return exit.Usage(fmt.Errorf("unknown command %q", args[0]), hint)
}

// Args makes a wrong number of arguments a usage error.
func Args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check == nil {
			check = cobra.NoArgs
		}
		if err := check(cmd, args); err != nil {
			return exit.Usage(argsError(cmd, args), cmd.CommandPath()+" --help")
		}
		return nil
	}
}

// argsError says what a command takes, in the words of its help.
func argsError(cmd *cobra.Command, args []string) error {
	_, takes, _ := strings.Cut(cmd.Use, " ")
	switch {
	case takes == "":
		return fmt.Errorf("%s takes no argument, and was given %q", cmd.CommandPath(), args[0])
	case len(args) == 0:
		return fmt.Errorf("%s needs %s", cmd.CommandPath(), takes)
	}
	return fmt.Errorf("%s takes %s, and was given %s", cmd.CommandPath(), takes, term.Count(len(args), "argument"))
}
