package rehearsal

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
)

func longPost(t *testing.T) (*contract.Contract, *chain) {
	t.Helper()
	p, err := prompts.Open(t.TempDir()).Get("long-post")
	if err != nil {
		t.Fatal(err)
	}
	m, err := ForContract("long-post", p.Contract)
	if err != nil {
		t.Fatal(err)
	}
	return p.Contract, m.chain()
}

// follow samples a chain from a state that was called for.
func (c *chain) follow(at int, r *rand.Rand) (text string, faults []string) {
	for text = c.states[at].text; at != stateEnd; {
		next := c.states[at].next
		e := next[r.IntN(len(next))]
		if e.fault != "" {
			faults = append(faults, e.fault)
		}
		if at = e.to; at != stateEnd {
			text += c.states[at].text
		}
	}
	return text, faults
}

func TestALongRehearsalModelWritesAnOutlineAndItsSections(t *testing.T) {
	c, ch := longPost(t)
	of := c.Of(contract.Part{Kind: contract.PartOutline, Words: c.Sections.Budget()})
	var plan []contract.Planned
	for seed := range uint64(100) {
		s := ch.sample(rand.New(rand.NewPCG(seed, 1)))
		v := reply.Read(of, s.text(), reply.Ended)
		if (v.Post != nil) != (len(s.faults) == 0) {
			t.Fatalf("faults %q, problems %v in %s", s.faults, v.Problems, s.text())
		}
		if v.Post != nil {
			plan = reply.Outline(v.Post.Body)
		}
	}
	if v := reply.Read(of, ch.states[ch.states[stateAssistant].faint[0]].text, reply.Ended); v.Post == nil {
		t.Errorf("as an object: %v", v.Problems)
	}
	for i, one := range plan {
		at := slices.IndexFunc(ch.cues, func(q cue) bool { return q.text == one.Heading })
		if at < 0 {
			t.Fatalf("no cue calls for %q", one.Heading)
		}
		part := contract.Part{Kind: contract.PartSection, Heading: one.Heading, Words: one.Words, Last: true}
		if i > 0 {
			part.Others = []string{plan[i-1].Heading}
			before, _ := ch.follow(ch.cues[at-2].calls[0], rand.New(rand.NewPCG(9, 9)))
			part.Earlier = []string{before}
		}
		for n, head := range ch.cues[at].calls {
			text, faults := ch.follow(head, rand.New(rand.NewPCG(uint64(n), 2)))
			v := reply.Read(c.Of(part), text, reply.Ended)
			wrong := n > beginnings || slices.Contains(faults, "stops early") // the section before, or half of it
			if (v.Post == nil) != wrong {
				t.Errorf("section %d, beginning %d: faults %q, problems %v", i+1, n, faults, v.Problems)
			}
		}
	}
}

// The words of other requests must not call for a section, nor a request for one by
// another.
func TestEachRequestCallsForItsOwnPart(t *testing.T) {
	p, err := prompts.Open(t.TempDir()).Get("long-post")
	if err != nil {
		t.Fatal(err)
	}
	c, ch := longPost(t)
	row := map[string]string{"topic": "bees"}
	m, err := p.Render(row)
	if err != nil {
		t.Fatal(err)
	}
	cues := func(text string) (found []string) {
		// The server looks for the longest first.
		all := slices.Clone(ch.cues)
		slices.SortFunc(all, func(a, b cue) int { return len(b.text) - len(a.text) })
		for _, q := range all {
			if strings.Contains(text, q.text) {
				found = append(found, q.text)
				text = strings.ReplaceAll(text, q.text, "")
			}
		}
		return found
	}
	if got := cues(m.System + m.User); got != nil {
		t.Errorf("the first request calls for %q", got)
	}
	one := contract.Planned{Heading: ch.cues[0].text, Words: 400, Points: []string{"a point"}}
	for kind, want := range map[contract.PartKind][]string{contract.PartSection: {one.Heading}, contract.PartOpening: nil, contract.PartFields: {cueFields}} {
		ask, err := p.Ask(kind, p.Later(row), prompts.Ask{Section: one, N: 1, Of: 8})
		if got := cues(ask); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s calls for %q, %v", kind, got, err)
		}
	}
	own := *p
	own.Contract = c.Of(contract.Part{Kind: contract.PartSection, Heading: one.Heading, Words: 400})
	words, err := own.Words(contract.RemedyExtend, nil, nil)
	if got := cues(words); err != nil || !slices.Equal(got, []string{`the section "` + one.Heading + `" from`}) {
		t.Errorf("more of a section calls for %q, %v", got, err)
	}
}
