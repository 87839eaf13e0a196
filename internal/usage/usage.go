// Package usage says how a command is typed: it lists the flags in groups, and
// names what is wrong with the arguments.
package usage

import (
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
	{"the choice of posts", []string{"only", "where", "topics-sample", "sample-seed", "retry-rejected", "replace", "keep-done", "overwrite-edited"}},
	{"limits", []string{"until", "limit", "attempts", "max-tokens-per-post", "max-rejected"}},
	{"other machines", []string{"fleet", "fleet-listen", "no-local-work"}},
	{"output", []string{"out", "dry-run", "jobs", "json", "log-file", "metrics"}},
}

// fewFlags is how many flags a person finds in one list.
const fewFlags = 15

func init() { cobra.AddTemplateFunc("groupedFlags", groupedFlags) }

// Template is cobra's template with the flags of a command in groups.
func Template(usual string) string {
	return strings.Replace(usual, "Flags:\n{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}", "{{groupedFlags .LocalFlags}}", 1)
}

// groupedFlags lists flags below headings, if they are many.
func groupedFlags(all *pflag.FlagSet) string {
	n := 0
	all.VisitAll(func(*pflag.Flag) { n++ })
	if n <= fewFlags {
		return "Flags:\n" + strings.TrimRight(all.FlagUsages(), "\n")
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
		if usages := set.FlagUsages(); usages != "" {
			b.WriteString("Flags for " + g.About + ":\n" + usages + "\n")
		}
	}
	rest := pflag.NewFlagSet("", pflag.ContinueOnError)
	all.VisitAll(func(f *pflag.Flag) {
		if !grouped[f.Name] {
			rest.AddFlag(f)
		}
	})
	b.WriteString("Flags:\n" + rest.FlagUsages())
	return strings.TrimRight(b.String(), "\n")
}
