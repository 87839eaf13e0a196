package batch

import (
	"maps"
	"slices"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
)

// usualTemperature is the server's own default (api/types.go, v0.17.4). It is
// where a model begins for which nothing is sent.
const usualTemperature = 0.8

// resampled returns the options of a model for asking again, which begin from what
// was sent for it (llm.Model.Effective): a reply that repeated itself
// is asked for with more chance in it, any other one nearer to the likeliest,
// and never at a temperature of zero, at which a new seed changes nothing. n
// counts the whole replies so far.
//
// Of the options that work against repetition, the server's engines before
// v0.30 heed the penalties in one and ignore them in the other
// (runner/ollamarunner/runner.go, v0.17.4); temperature, top_k, top_p and min_p
// all heed. A penalty is sent all the same and never relied upon. One that the
// model has already is never lowered.
func resampled(m llm.Model, problems []contract.Problem, n int) map[string]any {
	all := maps.Clone(m.Options)
	if all == nil {
		all = map[string]any{}
	}
	sent := m.Effective()
	t, given := number(sent["temperature"])
	if !given {
		t = usualTemperature
	}
	if repeats(problems) {
		all["temperature"] = max(t, min(max(t, usualTemperature)+0.15*float64(n), 1.5))
		all["min_p"] = 0.02
		if penalty, ok := number(sent["repeat_penalty"]); !ok || penalty < 1.1 {
			all["repeat_penalty"] = 1.1
		}
		return all
	}
	// Down, up, down: a model that fails at one temperature is not asked at
	// that one alone.
	factor := []float64{0.75, 1.2, 0.6}[(max(n, 1)-1)%3]
	all["temperature"] = max(t*factor, 0.3)
	return all
}

func repeats(problems []contract.Problem) bool {
	return slices.ContainsFunc(problems, func(p contract.Problem) bool { return p.Code == contract.ProblemLoop })
}

// number reads an option, which a configuration gives as either kind.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	}
	return 0, false
}
