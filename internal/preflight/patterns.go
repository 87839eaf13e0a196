package preflight

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/settings"
)

// Expand makes models of the names and patterns that were asked for, each model
// once. say tells a person which models a pattern leaves out.
func Expand(ctx context.Context, c Fleet, s *settings.Settings, say func(format string, args ...any)) error {
	if s.Wanted == nil {
		return nil
	}
	there, err := c.Models(ctx)
	if err != nil {
		return err
	}
	m := &matcher{say: say, settings: s, client: c, there: there, added: map[string]bool{}, names: map[string]bool{}}
	for _, name := range s.Wanted {
		if !settings.IsPattern(name) {
			m.add(s.Named([]string{name})...)
		} else if err := m.pattern(ctx, name); err != nil {
			return err
		}
	}
	s.Models = m.chosen
	return nil
}

// matcher gathers the models that names and patterns stand for.
type matcher struct {
	say      func(format string, args ...any)
	settings *settings.Settings
	client   Fleet
	there    []ollama.Listed
	chosen   []config.Model
	// added has the names and labels of what was chosen, names the names.
	added, names map[string]bool
}

func (m *matcher) add(models ...config.Model) {
	for _, n := range models {
		name := ollama.Canonical(n.Name)
		if key := name + " " + n.Label; !m.added[key] {
			m.added[key], m.names[name] = true, true
			m.chosen = append(m.chosen, n)
		}
	}
}

// pattern adds the entries of models.toml whose name or label matches, in the
// file's order, and then the server's models that match and have no entry, by
// name.
func (m *matcher) pattern(ctx context.Context, pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil {
		return exit.Usage(fmt.Errorf("-m %s: %w", pattern, err), `a pattern has "*", "?" and "[a-z]"`)
	}
	before := len(m.chosen)
	matched := false
	for _, e := range m.settings.Models {
		if Matches(pattern, e.Name, e.Label) {
			m.add(e)
			matched = true
		}
	}
	there := slices.Clone(m.there)
	if err := m.client.InspectAll(ctx, matching(pattern, there)); err != nil {
		return err
	}
	slices.SortFunc(there, func(a, b ollama.Listed) int { return strings.Compare(a.Name, b.Name) })
	for _, l := range there {
		known := m.names[ollama.Canonical(l.Name)]
		if !Matches(pattern, l.Name) {
			continue
		}
		if known {
			matched = true
			continue
		}
		if err := m.consider(ctx, pattern, l); err != nil {
			return err
		}
	}
	if len(m.chosen) == before && !matched {
		return exit.Usage(fmt.Errorf("-m %s matches no model that can write: the server has %s", pattern, m.list()), "ollama list")
	}
	return nil
}

// matching are the names that match the pattern.
func matching(pattern string, there []ollama.Listed) (names []string) {
	for _, l := range there {
		if Matches(pattern, l.Name) {
			names = append(names, l.Name)
		}
	}
	return names
}

// consider adds a model of the server unless it cannot write, and says so
// then: a pattern is no wish for that one.
func (m *matcher) consider(ctx context.Context, pattern string, l ollama.Listed) error {
	_, _, err := m.client.Inspect(ctx, l.Name)
	fault, faulty := errors.AsType[*llm.Fault](err)
	switch {
	case err == nil:
		m.add(m.settings.Named([]string{l.Name})...)
	case faulty && fault.Kind == llm.FaultModel:
		m.say("-m %s leaves out %s: %v", pattern, l.Name, err)
	default:
		return err
	}
	return nil
}

// Matches reports whether a name matches a pattern. It compares as the server does: in any letter case, and with "latest"
// for a missing tag.
func Matches(pattern string, names ...string) bool {
	pattern = strings.ToLower(pattern)
	for _, n := range names {
		n = strings.ToLower(n)
		for _, n := range []string{n, strings.TrimSuffix(n, ":latest")} {
			// The pattern was found to be well-formed before.
			if ok, _ := path.Match(pattern, n); ok && n != "" {
				return true
			}
		}
	}
	return false
}

// list names the server's models for an error.
func (m *matcher) list() string {
	var names []string
	for _, l := range m.there {
		names = append(names, l.Name)
	}
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
