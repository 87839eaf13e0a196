package rehearsal

import "math"

// attention makes the block's one head notice a cue anywhere in the prompt.
// Every token asks the same question, and the token of a cue alone has an
// answer to it, so sharp that it stands out among thousands of others. What it
// hands on is a trace in a place of the vector that no state has, too faint to
// disturb the norm, from which the output matrix raises what the cue calls for.
//
// A head that looks at all tokens alike would not do: its notice fades with the
// length of the prompt.
type attention struct {
	*chain
	width int
}

const (
	// ropeBase is so large that the last pair of a head turns by less than a
	// thousandth over the whole context window. The model then notices a cue at
	// any distance.
	ropeBase = 1e9
	// ropeStill is the index of that pair's first dimension.
	ropeStill = headWidth - 2
	// sharpness is the score of a cue; all other tokens score 0. Its weight
	// among n tokens is e^12 / (e^12 + n).
	sharpness = 12
	// trace is the value that an attended cue writes to its own dimension.
	trace = 0.01
)

// side is the length of question and answer. A score is their product over the
// root of the head's width.
func (a attention) side() float32 {
	return float32(math.Sqrt(sharpness * math.Sqrt(headWidth)))
}

// one is what the norm before the block makes of a token's one.
func (a attention) one() float32 { return float32(math.Sqrt(float64(a.width))) }

// query fills row i of the question's matrix: the same for every token.
func (a attention) query(i int, row []float32) {
	if i != ropeStill || len(a.cues) == 0 {
		return
	}
	for token := range row {
		row[token] = a.side() / a.one()
	}
}

// key fills row i of the answer's matrix: that of the cues alone.
func (a attention) key(i int, row []float32) {
	if i != ropeStill {
		return
	}
	for q := range a.cues {
		row[len(a.states)+q] = a.side() / a.one()
	}
}

// value fills row i of what is handed on: a one in the cue's own place.
func (a attention) value(i int, row []float32) {
	if i < len(a.cues) {
		row[len(a.states)+i] = 1 / a.one()
	}
}

// out fills row i of what the head adds to the vector.
func (a attention) out(i int, row []float32) {
	if q := i - len(a.states); q >= 0 && q < len(a.cues) {
		row[q] = trace
	}
}
