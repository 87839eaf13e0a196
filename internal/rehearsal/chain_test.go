package rehearsal

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// eachModel runs a test on the chain of every model.
func eachModel(t *testing.T, f func(t *testing.T, m Model, c *chain)) {
	for _, m := range Models() {
		t.Run(m.Name, func(t *testing.T) { f(t, m, m.chain()) })
	}
}

func TestEveryRowIsADistribution(t *testing.T) {
	eachModel(t, func(t *testing.T, _ Model, c *chain) {
		for id, s := range c.states {
			var sum float64
			for _, p := range c.row(id) {
				sum += p
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Errorf("what follows %q adds up to %v", s.text, sum)
			}
		}
	})
}

// Two edges to one state would make it likelier than its neighbours, and the
// shares would move with the temperature.
func TestEverythingThatMayFollowIsEquallyLikely(t *testing.T) {
	eachModel(t, func(t *testing.T, _ Model, c *chain) {
		for id, s := range c.states {
			if row := c.row(id); len(row) != len(s.next) {
				t.Errorf("%d edges lead from %q to %d states", len(s.next), s.text, len(row))
			}
		}
	})
}

func TestEveryChunkIsWrittenBySomeReply(t *testing.T) {
	eachModel(t, func(t *testing.T, _ Model, c *chain) {
		reached := map[int]bool{}
		var queue []int
		reach := func(id int) {
			if !reached[id] {
				reached[id] = true
				queue = append(queue, id)
			}
		}
		reach(stateAssistant)
		for id, s := range c.states {
			if s.given {
				reach(id)
			}
		}
		for ; len(queue) > 0; queue = queue[1:] {
			for _, e := range c.states[queue[0]].next {
				reach(e.to)
			}
			for _, id := range c.states[queue[0]].faint {
				reach(id)
			}
		}
		for id := firstChunk; id < len(c.states); id++ {
			if !reached[id] {
				t.Errorf("nothing leads to %q", c.states[id].text)
			}
		}
	})
}

func TestNothingLeadsOutOfALoop(t *testing.T) {
	c := modelNamed(t, "rehearsal-looping").chain()
	for seed := range uint64(500) {
		s := c.sample(rand.New(rand.NewPCG(seed, 0)))
		if looped := len(s.faults) > 0; looped == s.ended {
			t.Fatalf("seed %d: faults %v, ended %t", seed, s.faults, s.ended)
		}
	}
}

// The server breaks off a reply of equal chunks by itself, blanks around them
// not counted.
func TestNoChunkFollowsItself(t *testing.T) {
	eachModel(t, func(t *testing.T, _ Model, c *chain) {
		for id := firstChunk; id < len(c.states); id++ {
			for _, e := range c.states[id].next {
				if strings.TrimSpace(c.states[e.to].text) == strings.TrimSpace(c.states[id].text) {
					t.Errorf("%q follows itself", c.states[id].text)
				}
			}
		}
	})
}

// lastChunk returns the state that a prompt ending in text puts a chain in. As
// the server does, it looks for the longest texts first, in the whole of what
// is left, and spells the rest in bytes (ollama v0.17.4,
// llama/llama.cpp/src/llama-vocab.cpp, tokenizer_st_partition).
func (c *chain) lastChunk(text string, byLength []string) int {
	for _, chunk := range byLength {
		// What stands before a match can no longer be the end of the text.
		for {
			_, after, found := strings.Cut(text, chunk)
			if !found {
				break
			}
			if text = after; text == "" {
				return c.ids[chunk]
			}
		}
	}
	return stateOther
}

func TestAReplyCutBehindAnyChunkIsGoneOnWith(t *testing.T) {
	eachModel(t, func(t *testing.T, m Model, c *chain) {
		longest := longestFirst(c)
		for seed := range uint64(12) {
			s := c.sample(rand.New(rand.NewPCG(seed, 0)))
			text := specials[stateAssistant]
			for _, chunk := range s.chunks[:min(len(s.chunks), 220)] {
				text += chunk
				if got := c.lastChunk(text, longest); got != c.ids[chunk] {
					t.Fatalf("seed %d: after %q the chain stands at %q", seed, chunk, c.states[got].text)
				}
			}
		}
	})
}

func modelNamed(t *testing.T, name string) Model {
	t.Helper()
	for _, m := range Models() {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("no model %q", name)
	return Model{}
}
