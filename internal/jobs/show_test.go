package jobs

import (
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
)

func TestAStepIsShownWithAllItsAttempts(t *testing.T) {
	at := func(s record.Step, tokens int) record.Attempt {
		a := record.Attempt{Step: &s, Seconds: 1.5}
		a.EvalCount = tokens
		return a
	}
	three := record.Step{Kind: contract.PartSection, N: 3, Of: 9, Heading: "Bees", Asked: 400, Omitted: 1}
	done := three
	done.Words, done.Accepted = 390, true
	other := record.Step{Kind: contract.PartSection, N: 4, Of: 9}
	for want, all := range map[string][]record.Attempt{
		`section 3 of 9 "Bees": 390 of 400 words, 2 attempts, 30 tokens in 3.0 s; 1 part of the text before it did not fit in num_ctx`: {at(three, 10), at(done, 20), at(other, 5)},
		`outline: accepted, 1 attempt, 7 tokens in 1.5 s`:             {at(record.Step{Kind: contract.PartOutline, Accepted: true}, 7)},
		`section 4 of 9: not accepted, 2 attempts, 6 tokens in 3.0 s`: {at(other, 1), at(other, 5)},
	} {
		if got := stepText(all); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
