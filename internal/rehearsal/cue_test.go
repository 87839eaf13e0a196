package rehearsal

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/prompts"
)

func TestACueStandsInTheWordsForARemedyAndNowhereElse(t *testing.T) {
	p, err := prompts.Open(t.TempDir()).Get("blog-post")
	if err != nil {
		t.Fatal(err)
	}
	for remedy, phrase := range map[contract.Remedy]string{contract.RemedyFields: cueFields, contract.RemedyContinue: cueFinish, contract.RemedyExtend: cueExtend} {
		for _, other := range []contract.Remedy{contract.RemedyAgain, contract.RemedyContinue, contract.RemedyFields, contract.RemedyExtend, contract.RemedyBody, contract.RemedySchema} {
			said, err := p.Words(other, nil, []string{"TITLE"})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(said, phrase) != (other == remedy) {
				t.Errorf("%q and the words for %s: %s", phrase, other, said)
			}
		}
		msgs, err := p.Render(map[string]string{"topic": "bees"})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(msgs.System+msgs.User, phrase) {
			t.Errorf("%q stands in the prompt itself", phrase)
		}
	}
}

// The server looks for the longest token first: a longer chunk that holds a
// cue, or shares text with it, would hide it.
func TestNoChunkHidesACue(t *testing.T) {
	eachModel(t, func(t *testing.T, _ Model, c *chain) {
		for _, q := range c.cues {
			for _, s := range c.states {
				if strings.Contains(s.text, q.text) || len(s.text) > len(q.text) && strings.Contains(s.text, q.text[:12]) {
					t.Errorf("%q hides %q", s.text, q.text)
				}
			}
		}
	})
}

// What is faint must neither be sampled by itself nor be outdone when a cue
// calls for it; what must not follow must not follow even then.
func TestWhatACueCallsForFollowsThenAndNotBefore(t *testing.T) {
	eachModel(t, func(t *testing.T, _ Model, c *chain) {
		for id, s := range c.states {
			row := c.logits(id)
			for _, to := range s.faint {
				if row[to] > -25 || row[to]+called < 15 {
					t.Errorf("%q after %q: %v, called for %v", c.states[to].text, s.text, row[to], row[to]+called)
				}
			}
		}
		if never+called > -25 {
			t.Errorf("a cue lifts what must not follow to %v", never+called)
		}
	})
}
