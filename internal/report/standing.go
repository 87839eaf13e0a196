package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// standing orders the models, the best first: by the raters' first ranking where there
// is one, and models that it does not have, by their first tries.
func standing(models []*Model, groups []*preferences, p *paired) []*Model {
	place := map[string]int{}
	if len(groups) > 0 {
		for i, m := range groups[0].ranking.models {
			place[m.A] = i - len(models)
		}
	}
	share := map[*Model]float64{}
	for i, v := range figureOf("first_try").values(models, p) {
		share[models[i]] = -1
		if v.Known {
			share[models[i]] = v.Value
		}
	}
	ordered := slices.Clone(models)
	slices.SortStableFunc(ordered, func(a, b *Model) int {
		return cmp.Or(cmp.Compare(place[a.Name], place[b.Name]), cmp.Compare(share[b], share[a]), byName(a, b))
	})
	return ordered
}

// valuesOf computes every figure of the models, by its key.
func valuesOf(models []*Model, p *paired) map[string][]Value {
	all := map[string][]Value{}
	for i := range figures {
		all[figures[i].Key] = figures[i].values(models, p)
	}
	return all
}

// weights says which weights a model has: "8.2B, Q4_K_M".
func (m *Model) weights() string {
	if m.setup == nil {
		return ""
	}
	parts := []string{m.setup.Model.Parameters, m.setup.Model.Quantization}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// options are those that were sent to a model: "num_ctx 8192, temperature 0.7".
func (m *Model) options() string {
	if m.setup == nil {
		return ""
	}
	var all []string
	if m.setup.Think != nil {
		all = append(all, fmt.Sprint("think ", m.setup.Think))
	}
	for _, name := range slices.Sorted(maps.Keys(m.setup.Options)) {
		all = append(all, fmt.Sprint(name, " ", m.setup.Options[name]))
	}
	return strings.Join(all, ", ")
}
