package term

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/record"
)

func TestTheSummarySaysWhatMendedPostsAndWhatTheyCost(t *testing.T) {
	s := &record.Summary{
		Jobs: 40, Written: 36, FirstTry: 20, Repaired: 3, Rejected: 4,
		Mended: map[string]int{"again": 5, "continue": 8, "fields": 5}, Tokens: 72000, TokensPerPost: 2000, TokensSaved: 15000, Seconds: 100,
	}
	text := Summary(s)
	for _, want := range []string{
		"mended     8 by continue, 5 by again, 5 by fields\n",
		"720 tokens/s, 2,000 a post, about 15,000 saved by early aborts\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
	if quiet := Summary(&record.Summary{Jobs: 1, Written: 1, FirstTry: 1}); strings.Contains(quiet, "mended") || strings.Contains(quiet, "saved") {
		t.Errorf("a run that mended nothing says:\n%s", quiet)
	}
}

// A pause makes no model slower.
func TestATokenRateDoesNotCountPauses(t *testing.T) {
	text := Summary(&record.Summary{Jobs: 1, Written: 1, Tokens: 1000, Seconds: 3610, PausedSeconds: 3600})
	if !strings.Contains(text, "1,000 in 10 s, 100 tokens/s") || !strings.Contains(text, "paused     1 h 0 min") {
		t.Errorf("got\n%s", text)
	}
}
