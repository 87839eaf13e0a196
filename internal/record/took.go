package record

import "time"

// Took is how long the requests of a job took, and the server that brought it to its
// end; "" where that has no name.
type Took struct {
	Server string
	time.Duration
}
