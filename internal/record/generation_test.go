package record_test

import (
	"testing"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

func TestTheSpeedOfAReplyIsByTheServersTimeOrFromTheFirstToken(t *testing.T) {
	for name, c := range map[string]struct {
		attempt record.Attempt
		want    float64
	}{
		"by the server's time":   {record.Attempt{Seconds: 30, FirstToken: 10, Usage: llm.Usage{EvalCount: 100, EvalSeconds: 4}}, 25},
		"from the first token":   {record.Attempt{Seconds: 30, FirstToken: 10, Usage: llm.Usage{EvalCount: 100}}, 5},
		"without a first token":  {record.Attempt{Seconds: 30, Usage: llm.Usage{EvalCount: 100}}, 0},
		"too few tokens to tell": {record.Attempt{Usage: llm.Usage{EvalCount: 9, EvalSeconds: 1}}, 0},
		"no reply":               {record.Attempt{}, 0},
	} {
		if got := c.attempt.Generation().PerSecond(); got != c.want {
			t.Errorf("%s: %v tokens/s, want %v", name, got, c.want)
		}
	}
}
