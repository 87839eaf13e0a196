package ollama

import (
	"maps"
	"strconv"
	"strings"
)

// sampling are the parameters that shape what a model writes, with the values
// that a server of v0.17.4 has for them (api/types.go, DefaultOptions). They are
// sent with every request, because the servers' own values change: v0.32.10 made
// repeat_penalty 1.0.
var sampling = map[string]float64{
	"temperature": 0.8, "top_k": 40, "top_p": 0.9, "min_p": 0,
	"repeat_last_n": 64, "repeat_penalty": 1.1, "presence_penalty": 0, "frequency_penalty": 0,
}

// whole are those of them that are whole numbers; a server refuses others.
var whole = map[string]bool{"top_k": true, "repeat_last_n": true}

// samplingOf returns the parameters for a model whose own are these: a name and
// a value a line, as /api/show has them. The model's own win.
func samplingOf(parameters string) map[string]any {
	values := maps.Clone(sampling)
	for line := range strings.Lines(parameters) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if _, known := values[name]; !known {
			continue
		}
		if v, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil {
			values[name] = v
		}
	}
	all := make(map[string]any, len(values))
	for name, v := range values {
		all[name] = v
		if whole[name] {
			all[name] = int(v)
		}
	}
	return all
}
