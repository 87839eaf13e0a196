package batch

import "time"

// Clock is where the engine gets its time from, so that a test of an hour's
// wait takes none. A nil function means the machine's own.
type Clock struct {
	// Now returns the present; differences use its monotonic reading.
	Now func() time.Time
	// Wall returns the time of day. It goes on while the machine sleeps and
	// jumps when somebody sets it, which is what a run that ends at seven
	// wants and a measured duration does not.
	Wall func() time.Time
	// After returns a channel that receives once d has passed.
	After func(d time.Duration) <-chan time.Time
	// Jitter returns a number in [0, 1) that spreads the waits of clients
	// that lost the same server at the same moment.
	Jitter func() float64
}

func (c Clock) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c Clock) wall() time.Time {
	if c.Wall != nil {
		return c.Wall()
	}
	return time.Now().Round(0)
}

func (c Clock) after(d time.Duration) <-chan time.Time {
	if c.After != nil {
		return c.After(d)
	}
	return time.After(d)
}
