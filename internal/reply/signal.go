package reply

// End tells a reader how the stream of a reply ended.
type End int

const (
	// Ended means that the model stopped by itself, or that the text comes
	// from a file.
	Ended End = iota
	// Length means that the token budget or the context window was used up.
	Length
	// Cut means that the stream broke off without an end from the model: the
	// server's repeat guard, or a lost connection.
	Cut
)

// Signal is a reader's advice after a chunk.
type Signal int

const (
	// Continue: read the next chunk.
	Continue Signal = iota
	// Complete: the end marker was seen, so nothing more is needed.
	Complete
	// Hopeless: the reply can neither be accepted nor be mended cheaply,
	// whatever follows.
	Hopeless
)
