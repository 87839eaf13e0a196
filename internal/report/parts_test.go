package report

import (
	"fmt"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
)

func TestThePartsOfPostsInSectionsAreAddedUp(t *testing.T) {
	section := func(n int, accepted bool, tokens int, problems ...contract.Problem) record.Attempt {
		a := record.Attempt{Step: &record.Step{Kind: contract.PartSection, N: n, Of: 2, Accepted: accepted}, Seconds: 2, Problems: problems}
		a.EvalCount = tokens
		return a
	}
	short := contract.Problem{Code: contract.ProblemBodyShort}
	all := []record.Attempt{section(1, false, 10, short), section(1, true, 5), section(2, false, 7, short), section(2, true, 30)}
	all[1].Joined = "both"
	m := &Model{Name: "m"}
	for i := range all {
		m.addPart(&all[i])
	}
	m.addPart(&record.Attempt{})
	g := partGrid([]*Model{m})
	if got, want := fmt.Sprint(g.Rows), "[[section m 2 4 52 4.0 2 × body-short]]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if n := used(all, 3); n != 45 {
		t.Errorf("%d tokens are in the post, want 45", n)
	}
	if partGrid([]*Model{{Name: "n"}}) != nil {
		t.Error("a table without parts")
	}
}
