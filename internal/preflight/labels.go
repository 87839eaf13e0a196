package preflight

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/near"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/output"
)

// Chosen returns what reports whether the names and patterns of -m mean a label
// of a folder; without names they mean all. A name that means none of the labels
// is a usage error.
func Chosen(names, labels []string, folder string) (func(label string) bool, error) {
	means := func(name string) func(label string) bool {
		return func(label string) bool { return Matches(name, label) || output.Label(name) == label }
	}
	for _, name := range names {
		if slices.ContainsFunc(labels, means(name)) {
			continue
		}
		offered := near.Names(name, labels)
		if len(offered) == 0 {
			offered = labels
		}
		err := fmt.Errorf("no model %s has posts in %s", name, folder)
		return nil, exit.Usage(err, "models with posts: -m "+shell.Quote(strings.Join(offered, ",")))
	}
	return func(label string) bool {
		return len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return means(name)(label) })
	}, nil
}
