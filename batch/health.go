package batch

import "github.com/nightpress/nightpress/internal/llm"

// endurance is how many times in a row a model may be in a trouble; the last
// of them sets it aside. Two jobs in a row may each crash it twice.
var endurance = [...]int{llm.Crash: 5, llm.Hang: 2, llm.Memory: 2, llm.Panic: 2}

// loadEndurance is the same for loads that fail for another reason.
const loadEndurance = 3

// health counts a model's troubles since its last whole reply, and the loads
// that failed.
type health struct {
	troubles [len(endurance)]int
	loads    int
}

// worsen counts a trouble. It returns how many there were and whether that is
// too many.
func (h *health) worsen(t llm.Trouble) (n int, tooMany bool) {
	h.troubles[t]++
	return h.troubles[t], h.troubles[t] >= endurance[t]
}

// failedLoad is worsen for a load that failed.
func (h *health) failedLoad(t llm.Trouble) (n int, tooMany bool) {
	h.loads++
	if t != llm.NoTrouble && t != llm.Crash {
		if n, tooMany := h.worsen(t); tooMany {
			return n, true
		}
	}
	return h.loads, h.loads >= loadEndurance
}
