package rehearsal

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
	"pgregory.net/rapid"
)

// A reply that meets no fault is a post by the contract's own reader, and one
// that meets a fault is none.
func judged(c *contract.Contract, m Model, seeds uint64) error {
	ch := m.chain()
	for seed := range seeds {
		s := ch.sample(rand.New(rand.NewPCG(seed, 3)))
		v := reply.Read(c, s.text(), reply.Ended)
		if well := v.Post != nil; well != (len(s.faults) == 0) {
			return fmt.Errorf("seed %d: faults %q, problems %v in:\n%s", seed, s.faults, v.Problems, s.text())
		}
	}
	return nil
}

func TestAModelForEachBuiltInPrompt(t *testing.T) {
	infos, err := prompts.Open(t.TempDir()).Names()
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range infos {
		p, err := prompts.Open(t.TempDir()).Get(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		if p.Contract.Sections != nil {
			continue // see sections_test.go
		}
		m, err := ForContract(info.Name, p.Contract)
		if err != nil {
			t.Fatal(err)
		}
		// A verdict is one word: there is nothing to leave out.
		if share := m.MalformedShare(); info.Name == "judge" && share != 0 || info.Name != "judge" && (share < 0.2 || share > 0.5) {
			t.Errorf("%s: %v of its replies are malformed", info.Name, share)
		}
		if err := judged(p.Contract, m, 300); err != nil {
			t.Errorf("%s: %v", info.Name, err)
		}
	}
}

// contracts draws contracts that a person could write.
func contracts() *rapid.Generator[*contract.Contract] {
	return rapid.Custom(func(t *rapid.T) *contract.Contract {
		c := &contract.Contract{}
		for i := range rapid.IntRange(0, 5).Draw(t, "fields") {
			f := contract.Field{Key: fmt.Sprint("key", i), Label: fmt.Sprintf("LABEL_%c", 'A'+i)}
			f.Optional = rapid.Bool().Draw(t, "optional")
			if rapid.Bool().Draw(t, "list") {
				f.Kind = contract.List
				f.Min = rapid.IntRange(0, 4).Draw(t, "min")
				f.Max = f.Min + rapid.IntRange(1, 5).Draw(t, "span")
			} else {
				f.Min = rapid.IntRange(0, 150).Draw(t, "min")
				f.Max = f.Min + rapid.IntRange(20, 100).Draw(t, "span")
			}
			c.Fields = append(c.Fields, f)
		}
		c.Body.MinHeadings = rapid.IntRange(0, 8).Draw(t, "headings")
		c.Body.MinWords = rapid.IntRange(0, 1500).Draw(t, "words")
		c.Body.MaxWords = max(c.Body.MinWords, 10*c.Body.MinHeadings+10) + 20 + rapid.IntRange(0, 500).Draw(t, "more")
		if rapid.Bool().Draw(t, "marked") {
			c.End = []string{"</END>"}
		}
		if rapid.Bool().Draw(t, "forbids") {
			c.Body.Forbid = []contract.Rule{{Text: "garden"}, {Text: "the quiet"}}
		}
		return c
	})
}

func TestAModelForAnyContract(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := contracts().Draw(t, "contract")
		m, err := ForContract("any", c)
		if err != nil {
			t.Fatal(err)
		}
		if err := judged(c, m, 20); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAModelForAContractIsTheSameEachTime(t *testing.T) {
	c := &contract.Contract{Fields: []contract.Field{{Key: "title", Label: "TITLE"}}, End: []string{"</END>"}}
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		m, err := ForContract("same", c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.WriteTo(w); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two files of one contract differ")
	}
}

func TestAContractThatNoModelCanWriteIsAnError(t *testing.T) {
	for what, c := range map[string]*contract.Contract{
		"forbids every vowel": {Body: contract.Body{MinWords: 50, Forbid: []contract.Rule{{Text: "a"}, {Text: "e"}, {Text: "i"}, {Text: "o"}, {Text: "u"}}}},
		"wants a book":        {Body: contract.Body{MinWords: 200_000}},
	} {
		if _, err := ForContract("none", c); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
