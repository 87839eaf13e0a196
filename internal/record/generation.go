package record

// Generation is the generation of one reply or of many: Tokens that were generated
// in Seconds. Their ratio is "tokens/s per reply" wherever it is shown. The tokens/s
// of a run or a server are another figure: all replies together, by the clock.
type Generation struct {
	Tokens  int
	Seconds float64
}

// PerSecond returns the tokens per second of a reply, 0 if unknown.
func (g Generation) PerSecond() float64 {
	if g.Seconds <= 0 {
		return 0
	}
	return float64(g.Tokens) / g.Seconds
}

// leastRated is the number of tokens from which a reply has a speed: a handful
// measures the clock more than the model.
const leastRated = 10

// Generation returns the generation of the attempt's reply: by the server's own
// time if known, else from the first token to the end. It is zero if the speed is
// unknown.
func (a *Attempt) Generation() Generation {
	seconds := a.EvalSeconds
	if seconds <= 0 && a.FirstToken > 0 {
		seconds = a.Seconds - a.FirstToken
	}
	if seconds <= 0 || a.EvalCount < leastRated {
		return Generation{}
	}
	return Generation{a.EvalCount, seconds}
}
