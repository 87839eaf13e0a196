package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/secret"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// command is this command line, so that it can be typed again; a password in
// an address is masked.
func (a *app) command() string {
	words := []string{a.program()}
	for _, arg := range a.args[1:] {
		words = append(words, shell.Quote(arg))
	}
	return secret.Mask(strings.Join(words, " "))
}

// program is how the program was called, so that what is printed to type can
// be typed: bin/nightpress where that was it.
func (a *app) program() string {
	if name := a.args[0]; strings.ContainsRune(name, os.PathSeparator) && !filepath.IsAbs(name) {
		return shell.Quote(name)
	}
	return "nightpress"
}

// again returns what makes the command line with the same arguments and flags,
// as they were parsed, and further flags. --retry-rejected applies once: it is
// left out. After a preview it is the run that was previewed.
func (a *app) again(cmd *cobra.Command, args []string) func(flags ...string) string {
	name := cmd.Name()
	if name == "plan" {
		name = "run"
	}
	words := []string{a.program(), name}
	var dashed []string
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") && arg != "-" {
			dashed = append(dashed, shell.Quote(arg))
			continue
		}
		words = append(words, shell.Quote(arg))
	}
	cmd.Flags().SortFlags = false // in the order in which they were typed
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains([]string{"retry-rejected", "dry-run", "jobs"}, f.Name) {
			words = append(words, flagWord(f))
		}
	})
	return func(flags ...string) string {
		all := slices.Concat(words, flags)
		if len(dashed) > 0 {
			all = slices.Concat(all, []string{"--"}, dashed)
		}
		return strings.Join(all, " ")
	}
}

// show returns what makes the command line that shows a topic's attempts.
func (a *app) show(cmd *cobra.Command) func(slug string) string {
	return func(slug string) string {
		words := []string{a.program(), "show", shell.Quote(slug)}
		for _, name := range []string{"config", "out"} {
			if f := cmd.Flags().Lookup(name); f != nil && f.Changed {
				words = append(words, flagWord(f))
			}
		}
		return strings.Join(words, " ")
	}
}

// flagWord writes a flag as it was set.
func flagWord(f *pflag.Flag) string {
	value := f.Value.String()
	if list, ok := f.Value.(pflag.SliceValue); ok && f.Value.Type() == "stringArray" {
		// Its values may hold commas.
		var words []string
		for _, one := range list.GetSlice() {
			words = append(words, "--"+f.Name+"="+shell.Quote(one))
		}
		return strings.Join(words, " ")
	}
	if list, ok := f.Value.(pflag.SliceValue); ok {
		value = strings.Join(list.GetSlice(), ",")
	}
	if f.NoOptDefVal != "" && f.Value.Type() == "string" {
		if value == f.NoOptDefVal {
			return "--" + f.Name
		}
		return "--" + f.Name + "=" + shell.Quote(secret.Mask(value))
	}
	name := "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand
	}
	switch {
	case f.Value.Type() == "bool" && value == "true":
		return name
	case f.Value.Type() == "bool" || value == "" || strings.HasPrefix(value, "-"):
		return "--" + f.Name + "=" + shell.Quote(value)
	}
	return name + " " + shell.Quote(value)
}
