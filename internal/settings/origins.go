package settings

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/config"
)

// Origins lists every value that is in force, with where it came from. Settings
// that one model has for itself come last, a line for each model.
func (s *Settings) Origins() []Origin {
	all := slices.Clone(s.origins)
	d := s.Defaults
	add := func(key string, value any) {
		from := fromDefault
		if s.Has(key) {
			from = fromFile
		}
		all = append(all, Origin{key, fmt.Sprint(value), from})
	}
	add("defaults.seed", d.Seed)
	add("defaults.num_ctx", d.NumCtx)
	add("defaults.num_predict", d.NumPredict)
	add("defaults.think", thinking(d.Think))
	add("defaults.think_budget", d.ThinkBudget)
	add("defaults.options", optionList(d.Options))
	add("defaults.keep_replies", d.KeepReplies)
	for _, m := range s.Models {
		if own := s.own(m); own != "" {
			all = append(all, Origin{"model " + m.Name, own, fromFile})
		}
	}
	return all
}

// own lists what a model does not take from the defaults.
func (s *Settings) own(m config.Model) string {
	d := s.Defaults
	var own []string
	add := func(differs bool, key string, value any) {
		if differs {
			own = append(own, fmt.Sprintf("%s %v", key, value))
		}
	}
	add(m.Label != "", "label", m.Label)
	add(m.Prompt != "" && !s.PromptGiven, "prompt", m.Prompt)
	add(m.Mode != "", "mode", m.Mode)
	add(m.NumCtx != d.NumCtx, "num_ctx", m.NumCtx)
	add(m.NumPredict != d.NumPredict, "num_predict", m.NumPredict)
	add(m.Think != d.Think, "think", thinking(m.Think))
	add(m.ThinkBudget != d.ThinkBudget, "think_budget", m.ThinkBudget)
	options := map[string]any{}
	for name, v := range m.Options {
		if !reflect.DeepEqual(d.Options[name], v) {
			options[name] = v
		}
	}
	add(len(options) > 0, "options", optionList(options))
	return strings.Join(own, ", ")
}

// thinking words the setting think; a model that can think does not unless it
// is told to.
func thinking(v any) any {
	if v == nil {
		return false
	}
	return v
}

func optionList(all map[string]any) string {
	if len(all) == 0 {
		return "the server's"
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, fmt.Sprintf("%s=%v", name, all[name]))
	}
	return strings.Join(list, " ")
}
