package rehearsal

import (
	"fmt"
	"math"
)

// state is one token of a chain: the text that it writes and what may follow.
type state struct {
	text string
	next []edge
	// faint lists states that follow only if nothing else may (the server holds
	// the reply to a schema), or if a cue calls for them.
	faint []int
	// given marks a state that occurs only in prompts, never in a reply.
	given bool
}

// cue is a phrase that a chain notices anywhere in a prompt. It is a token of
// its own, and no state.
type cue struct {
	text string
	// calls lists the states that the cue makes likely wherever they are faint.
	calls []int
}

// edge leads to a following state. All edges of a state are equally likely:
// a share is then a count of alternatives, and sampling at another temperature
// does not move it.
type edge struct {
	to int
	// fault names the failure that a reply shows from here on, or is empty.
	fault string
}

// The first states of every chain, in the order of their token IDs.
const (
	stateOther     = iota // any token that is not a state: nothing follows it
	stateBegin            // begins a prompt
	stateEnd              // ends a reply
	stateSystem           // opens a system message
	stateUser             // opens a user message
	stateAssistant        // opens a reply: the chain starts here
	firstChunk            // the first state that writes text
)

// specials are the texts of the states before firstChunk, as a template may
// name them.
var specials = [firstChunk]string{"<unk>", "<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>"}

// chain is a Markov chain over the chunks of a reply.
type chain struct {
	states []state
	ids    map[string]int // of each text
	cues   []cue
}

func newChain() *chain {
	c := &chain{ids: map[string]int{}}
	for _, text := range specials {
		c.add(text)
	}
	return c
}

// add gives a text its state. No text may be there twice: the server could not
// tell the two apart when it reads a reply that is to be continued.
func (c *chain) add(text string) int {
	if _, twice := c.ids[text]; twice {
		panic(fmt.Sprintf("rehearsal: chunk %q stands there twice", text))
	}
	id := len(c.states)
	c.ids[text] = id
	c.states = append(c.states, state{text: text})
	return id
}

// link lets each of to follow each of from, and marks a reply that goes there
// with the fault when there is one.
func (c *chain) link(from, to []int, fault string) {
	for _, f := range from {
		for _, t := range to {
			c.states[f].next = append(c.states[f].next, edge{to: t, fault: fault})
		}
	}
}

// hint lets each of to follow each of from faintly.
func (c *chain) hint(from, to []int) {
	for _, f := range from {
		c.states[f].faint = append(c.states[f].faint, to...)
	}
}

// notice makes a chain go from from to to when its prompt holds the phrase.
func (c *chain) notice(phrase string, from, to []int) {
	c.hint(from, to)
	c.cues = append(c.cues, cue{phrase, to})
}

// close makes an end of every state that nothing follows, so that a reply
// broken off inside a chunk is continued by nothing.
func (c *chain) close() {
	for i := range c.states {
		if len(c.states[i].next) == 0 {
			c.link([]int{i}, []int{stateEnd}, "")
		}
	}
}

// row returns the probabilities of what follows a state, by state.
func (c *chain) row(id int) map[int]float64 {
	next := c.states[id].next
	row := make(map[int]float64, len(next))
	for _, e := range next {
		row[e.to] += 1 / float64(len(next))
	}
	return row
}

// failures returns the probability of each fault, counting for a reply the
// first one that it meets.
func (c *chain) failures() map[string]float64 {
	shares := map[string]float64{}
	mass := make([]float64, len(c.states))
	mass[stateAssistant] = 1
	// Every endless loop is entered through a fault, where a reply is counted
	// and left. The probability mass is therefore used up after as many steps
	// as there are states.
	for range c.states {
		following := make([]float64, len(c.states))
		for id, m := range mass {
			if m == 0 || id == stateEnd {
				continue
			}
			part := m / float64(len(c.states[id].next))
			for _, e := range c.states[id].next {
				if e.fault != "" {
					shares[e.fault] += part
				} else {
					following[e.to] += part
				}
			}
		}
		mass = following
	}
	return shares
}

const (
	// never is the logarithm of the probability of a state that must not
	// follow. It is small enough for a chain of a thousand states at any
	// temperature below 3, even after a cue.
	never = -90
	// faintly is the logarithm for a state that follows only if nothing else
	// may.
	faintly = -30
	// called is what a cue adds to faintly.
	called = 48
)

// logits returns the logarithms of a row, one for each state.
func (c *chain) logits(id int) []float32 {
	out := make([]float32, len(c.states))
	for i := range out {
		out[i] = never
	}
	for _, to := range c.states[id].faint {
		out[to] = faintly
	}
	for to, p := range c.row(id) {
		out[to] = float32(math.Log(p))
	}
	return out
}
