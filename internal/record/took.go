package record

import "time"

// Took is how long the requests of a job took, and the server that brought it to its
// end; "" where that has no name.
type Took struct {
	Server string
	// Prompt is the name of the job's prompt. Words are those of its post, 0 if it
	// has none.
	Prompt string
	Words  int
	time.Duration
}
