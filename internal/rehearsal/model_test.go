package rehearsal

import (
	"crypto/sha256"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"text/template"
)

const samples = 2000

func TestSteadyAlwaysWritesAWellFormedPost(t *testing.T) {
	m := modelNamed(t, "rehearsal-steady")
	if share := m.MalformedShare(); share != 0 {
		t.Errorf("share of malformed replies is %v", share)
	}
	c := m.chain()
	seen := map[string]bool{}
	for seed := range uint64(samples) {
		text := c.sample(rand.New(rand.NewPCG(seed, 1))).text()
		if !wellFormed(text) {
			t.Fatalf("seed %d: malformed:\n%s", seed, text)
		}
		if seen[text] {
			t.Errorf("seed %d: a post that was there before", seed)
		}
		seen[text] = true
	}
}

func TestSharesAreThoseOfSampledReplies(t *testing.T) {
	eachModel(t, func(t *testing.T, m Model, c *chain) {
		got := map[string]int{}
		malformed := 0
		for seed := range uint64(samples) {
			s := c.sample(rand.New(rand.NewPCG(seed, 2)))
			if len(s.faults) > 0 {
				got[s.faults[0]]++
			}
			ok := wellFormed(s.text())
			if !ok {
				malformed++
			}
			if ok != (len(s.faults) == 0) {
				t.Fatalf("seed %d: faults %q in:\n%s", seed, s.faults, s.text())
			}
		}
		within(t, "malformed", malformed, m.MalformedShare())
		for fault, share := range m.Failures() {
			within(t, fault, got[fault], share)
		}
	})
}

// within fails when a count is further than four standard deviations from what
// its share lets expect.
func within(t *testing.T, what string, count int, share float64) {
	t.Helper()
	got := float64(count) / samples
	if math.Abs(got-share) > 4*math.Sqrt(share*(1-share)/samples) {
		t.Errorf("%s: %.4f of %d replies, written %.4f", what, got, samples, share)
	}
}

func TestMalformedSharesAreAsPromised(t *testing.T) {
	for name, want := range map[string][2]float64{
		"rehearsal-steady":    {0, 0},
		"rehearsal-sloppy":    {0.27, 0.33},
		"rehearsal-looping":   {0.4, 0.6},
		"rehearsal-cut":       {0.5, 0.75},
		"rehearsal-thinking":  {0.05, 0.15},
		"rehearsal-forgetful": {0.4, 0.7},
		"rehearsal-small":     {0.7, 0.9},
	} {
		if got := modelNamed(t, name).MalformedShare(); got < want[0] || got > want[1] {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestSloppyFailsInManyWays(t *testing.T) {
	want := []string{
		"chatter", "no description", "no header", "no headings", "no marker", "no title",
		"open fence", "placeholder", "refusal", "short body", "unknown category",
	}
	got := slices.Sorted(maps.Keys(modelNamed(t, "rehearsal-sloppy").Failures()))
	if !slices.Equal(got, want) {
		t.Errorf("failures %q, want %q", got, want)
	}
}

func TestAModelIsTheSameBytesEachTime(t *testing.T) {
	const limit = 6 << 20
	eachModel(t, func(t *testing.T, m Model, _ *chain) {
		var sums [2][]byte
		for i := range sums {
			h := sha256.New()
			n, err := m.WriteTo(h)
			if err != nil {
				t.Fatal(err)
			}
			if n > limit {
				t.Errorf("%d bytes, over %d", n, limit)
			}
			sums[i] = h.Sum(nil)
		}
		if !slices.Equal(sums[0], sums[1]) {
			t.Errorf("written twice: %x and %x", sums[0], sums[1])
		}
	})
}

func TestModelsOwnTheirParameters(t *testing.T) {
	Models()[0].Parameters["num_thread"] = 8
	if got := Models()[1].Parameters["num_thread"]; got != 1 {
		t.Errorf("num_thread %v after another model's was changed", got)
	}
}

// The server hands a template these, among others.
type message struct{ Role, Content, Thinking string }

type request struct {
	Messages          []message
	Think, IsThinkSet bool
}

func TestTemplateEndsWhereTheChainBegins(t *testing.T) {
	system := message{Role: "system", Content: "Be brief."}
	user := message{Role: "user", Content: "Bees "}
	begun := message{Role: "assistant", Content: "TITLE: A "}
	asked := "<|system|>Be brief.<|user|>Bees <|assistant|>"
	for _, test := range []struct {
		name, model string
		request     request
		want        string
	}{
		{"plain", "rehearsal-steady", request{Messages: []message{system, user}}, asked},
		{"begun reply stays open", "rehearsal-cut", request{Messages: []message{system, user, begun}}, asked + "TITLE: A "},
		{"to think", "rehearsal-thinking", request{Messages: []message{system, user}, Think: true, IsThinkSet: true}, asked},
		{"thinking left open", "rehearsal-thinking", request{Messages: []message{system, user}}, asked},
		{"not to think", "rehearsal-thinking", request{Messages: []message{system, user}, IsThinkSet: true}, asked + "<think>\n\n</think>\n\n"},
		{
			"earlier thought", "rehearsal-thinking",
			request{Messages: []message{{Role: "assistant", Content: "Yes.", Thinking: "Hm."}, user}, Think: true, IsThinkSet: true},
			"<|assistant|><think>\nHm.\n</think>\n\nYes.<|user|>Bees <|assistant|>",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			tmpl := template.Must(template.New("").Parse(modelNamed(t, test.model).Template))
			var b strings.Builder
			if err := tmpl.Execute(&b, test.request); err != nil {
				t.Fatal(err)
			}
			if b.String() != test.want {
				t.Errorf("got  %q\nwant %q", b.String(), test.want)
			}
		})
	}
}

func longestFirst(c *chain) []string {
	var all []string
	for _, s := range c.states {
		all = append(all, s.text)
	}
	for _, w := range promptWords() {
		if _, taken := c.ids[w]; !taken {
			all = append(all, w)
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}
