package batch

import "github.com/nightpress/nightpress/internal/llm"

// endurance is how many times in a row a trouble may occur before the model is set
// aside. It lets two jobs in a row each crash the model twice.
var endurance = [...]int{llm.Crash: 5, llm.Hang: 2, llm.Memory: 2, llm.Panic: 2}

// loadEndurance is the same for loads that fail for other reasons.
const loadEndurance = 3

// health counts a model's troubles and failed loads since its last complete reply.
type health struct {
	troubles [len(endurance)]int
	loads    int
}

// count counts a trouble. It returns the count and whether that is too many.
func (h *health) count(t llm.Trouble) (n int, tooMany bool) {
	h.troubles[t]++
	return h.troubles[t], h.troubles[t] >= endurance[t]
}

// failedLoad is count for a failed load.
func (h *health) failedLoad(t llm.Trouble) (n int, tooMany bool) {
	h.loads++
	if t != llm.NoTrouble && t != llm.Crash {
		if n, tooMany := h.count(t); tooMany {
			return n, true
		}
	}
	return h.loads, h.loads >= loadEndurance
}
