package ledger_test

import (
	"maps"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

func TestTheAccountsSayWhichRemediesGavePostsAndWhatTheyCost(t *testing.T) {
	attempt := func(n int, remedy contract.Remedy, tokens, saved int, problems ...contract.Problem) record.Attempt {
		return record.Attempt{N: n, Remedy: remedy, Usage: llm.Usage{EvalCount: tokens}, TokensSaved: saved, Problems: problems}
	}
	path, _ := saved(t,
		result("a", "one", "a", attempt(1, contract.RemedyFirst, 100, 0)),
		result("b", "two", "a", attempt(1, contract.RemedyFirst, 60, 0, malformed...), attempt(2, contract.RemedyContinue, 40, 0)),
		result("c", "three", "a", attempt(1, contract.RemedyFirst, 20, 500, malformed...), attempt(2, contract.RemedyAgain, 100, 0)),
		// Two requests of a model in structured mode are no mending.
		result("d", "four", "a", attempt(1, contract.RemedySchema, 30, 0), attempt(2, contract.RemedyBody, 90, 0)),
		result("e", "five", "a", attempt(1, contract.RemedyFirst, 10, 0, malformed...), attempt(2, contract.RemedyAgain, 10, 0, malformed...)))
	l, err := ledger.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got, err := l.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Tokens != 460 || got.TokensSaved != 500 || got.Posts != 4 || got.TokensPerPost() != 115 {
		t.Errorf("%+v, %d a post", got, got.TokensPerPost())
	}
	if want := map[string]int{"continue": 1, "again": 1}; !maps.Equal(got.Mended, want) {
		t.Errorf("mended %v", got.Mended)
	}
}
