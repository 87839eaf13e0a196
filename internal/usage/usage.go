// Package usage says how a command is typed: it lists the flags in groups, and
// names what is wrong with the arguments.
package usage

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Groups are the flags of commands that have many, below the headings with
// which their help lists them. A flag that is in no group comes last.
var Groups = []struct {
	About string
	Flags []string
}{
	{"models and servers", []string{"models", "prompt", "server", "serve", "workers", "patience", "no-hedge"}},
	{"the topics file", []string{"topic-column", "column", "no-header", "delimiter", "encoding", "sheet", "skip-bad-rows", "all-rows"}},
	{"the choice of posts", []string{"only", "where", "topics-sample", "sample-seed", "samples", "retry-rejected", "replace", "keep-done", "overwrite-edited"}},
	{"limits", []string{"until", "limit", "attempts", "max-tokens-per-post", "max-rejected"}},
	{"other machines", []string{"fleet", "fleet-listen", "no-local-work"}},
	{"output", []string{"out", "dry-run", "jobs", "json", "log-file", "metrics"}},
}

// fewFlags is how many flags a person finds in one list.
const fewFlags = 15

func init() { cobra.AddTemplateFunc("groupedFlags", groupedFlags) }

// Template is cobra's template with the flags of a command in groups. It lists a help
// topic by its name, because cobra pads too little for the name of the program.
func Template(usual string) string {
	return strings.NewReplacer(
		"Flags:\n{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}", "{{groupedFlags .LocalFlags}}",
		"Additional help topics:", "Other topics (nightpress help TOPIC):",
		"{{rpad .CommandPath .CommandPathPadding}} {{.Short}}", "{{rpad .Name .NamePadding}} {{.Short}}",
	).Replace(usual)
}

// groupedFlags lists flags below headings, if they are many.
func groupedFlags(all *pflag.FlagSet) string {
	n := 0
	all.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			n++
		}
	})
	if n <= fewFlags {
		return "Flags:\n" + flagUsages(all)
	}
	var b strings.Builder
	grouped := map[string]bool{}
	for _, g := range Groups {
		set := pflag.NewFlagSet("", pflag.ContinueOnError)
		set.SortFlags = false
		for _, name := range g.Flags {
			if f := all.Lookup(name); f != nil {
				set.AddFlag(f)
				grouped[name] = true
			}
		}
		if usages := flagUsages(set); usages != "" {
			b.WriteString("Flags for " + g.About + ":\n" + usages + "\n\n")
		}
	}
	rest := pflag.NewFlagSet("", pflag.ContinueOnError)
	all.VisitAll(func(f *pflag.Flag) {
		if !grouped[f.Name] {
			rest.AddFlag(f)
		}
	})
	b.WriteString("Flags:\n" + flagUsages(rest))
	return b.String()
}

// optionalValue matches a value that may be left out, as pflag lists it:
// address[="own"].
var optionalValue = regexp.MustCompile(`(\S+)(\[="[^"]*"\])`)

// flagUsages lists flags. A value that may be left out is in brackets, and the
// columns stay aligned.
func flagUsages(set *pflag.FlagSet) string {
	text := optionalValue.ReplaceAllStringFunc(set.FlagUsages(), func(value string) string {
		name, _, _ := strings.Cut(value, "[")
		return fmt.Sprintf("%-*s", len(value), "["+name+"]")
	})
	return strings.TrimRight(text, "\n")
}
