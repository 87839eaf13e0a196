package near_test

import (
	"slices"
	"testing"

	"github.com/nightpress/nightpress/internal/near"
)

func TestTheNearestNamesComeFirstAndFarOnesNotAtAll(t *testing.T) {
	models := []string{"mistral:7b", "llama3.2:1b", "llama3.1:8b", "qwen3:8b", "Qwen3:4b", "phi4"}
	for _, c := range []struct {
		written string
		want    []string
		ask     string
	}{
		{"qwen3:8", []string{"qwen3:8b", "Qwen3:4b"}, `did you mean "qwen3:8b" or "Qwen3:4b"?`},
		{"llama3.2", []string{"llama3.2:1b", "llama3.1:8b"}, `did you mean "llama3.2:1b" or "llama3.1:8b"?`},
		{"lama3.2", []string{"llama3.2:1b", "llama3.1:8b"}, `did you mean "llama3.2:1b" or "llama3.1:8b"?`},
		{"mistrla", []string{"mistral:7b"}, `did you mean "mistral:7b"?`},
		{"LLAMA3.1:8B", []string{"llama3.1:8b", "llama3.2:1b"}, `did you mean "llama3.1:8b" or "llama3.2:1b"?`},
		{"mistrla:7b", []string{"mistral:7b"}, `did you mean "mistral:7b"?`},
		{"gemma3", nil, ""},
		{"", nil, ""},
		{"x", nil, ""},
	} {
		if got := near.Names(c.written, models); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.written, got, c.want)
		}
		if got := near.DidYouMean(c.written, models); got != c.ask {
			t.Errorf("%q: got %q, want %q", c.written, got, c.ask)
		}
	}
}
