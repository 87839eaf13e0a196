package llm

// Trouble is what a failed request means for its model's health. A model in
// trouble is brought back before anything else is asked of it, and is set
// aside when that happens too often without a complete reply in between.
type Trouble int

const (
	// NoTrouble: the failure concerns its own request alone.
	NoTrouble Trouble = iota
	// Crash: the process that runs the model ended, and every request that
	// was in progress with it is lost. Some servers let the others wait for
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
