package ledger_test

import (
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// part is an attempt for a part of a post in sections.
func part(id string, n int, kind contract.PartKind, section, of int, accepted bool) ledger.Entry {
	e := kept(id, n)
	e.Attempt.Error = ""
	e.Attempt.Step = &record.Step{Kind: kind, N: section, Of: of, Accepted: accepted, Heading: "Cats"}
	return e
}

func TestThePostsAndSectionsInProgressAreCounted(t *testing.T) {
	l, _ := open(t)
	run := int64(1)
	commit(t, l, run,
		part("a", 1, contract.PartOutline, 0, 0, true),
		part("a", 2, contract.PartSection, 1, 9, true), part("a", 3, contract.PartSection, 2, 9, false), part("a", 4, contract.PartSection, 2, 9, true),
		part("b", 1, contract.PartOutline, 0, 0, true),
		part("c", 1, contract.PartOutline, 0, 0, true), part("c", 2, contract.PartSection, 1, 5, true),
		kept("d", 1),
		ended("c", record.Done, 2, record.Attempt{N: 1}, record.Attempt{N: 2}, record.Attempt{N: 3}),
	)
	s, err := l.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := (ledger.Begun{Posts: 2, Sections: 2, Of: 9}); s.Begun != want {
		t.Errorf("%+v, want %+v", s.Begun, want)
	}
	for _, a := range past(t, l, "a") {
		if a.Step == nil || a.Reply != "raw" || a.Step.Heading != "Cats" {
			t.Errorf("%+v", a)
		}
	}
}
