package batch

// Trouble is what a failed request tells of its model's health. A model in
// trouble is brought back before anything else is asked of it, and is set
// aside when that happens too often with no whole reply in between.
type Trouble int

const (
	// NoTrouble: the failure concerns its own request alone.
	NoTrouble Trouble = iota
	// Crash: the process that runs the model ended, and every request that
	// was under way with it is lost. Some servers let the others wait for
	// ever (ollama before v0.18.3).
	Crash
	// Hang: nothing came for too long although the server answers.
	Hang
	// Memory: the model did not fit into what was free at that moment.
	Memory
	// Panic: the server itself failed on the request and said nothing, as it
	// does for a model whose file is damaged.
	Panic
)

func (t Trouble) String() string {
	return [...]string{"none", "crash", "hang", "memory", "panic"}[t]
}

// endurance is how many times in a row a model may be in a trouble; the last
// of them sets it aside. Two jobs in a row may each crash it twice.
var endurance = [...]int{Crash: 5, Hang: 2, Memory: 2, Panic: 2}

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
func (h *health) worsen(t Trouble) (n int, tooMany bool) {
	h.troubles[t]++
	return h.troubles[t], h.troubles[t] >= endurance[t]
}

// failedLoad is worsen for a load that failed.
func (h *health) failedLoad(t Trouble) (n int, tooMany bool) {
	h.loads++
	if t != NoTrouble && t != Crash {
		if n, tooMany := h.worsen(t); tooMany {
			return n, true
		}
	}
	return h.loads, h.loads >= loadEndurance
}
