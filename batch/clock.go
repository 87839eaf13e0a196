package batch

import "time"

// Clock is the engine's source of time, so that a test of an hour's wait takes no
// time. A nil function means the machine's clock.
type Clock struct {
	// Now returns the present; differences use its monotonic reading.
	Now func() time.Time
	// Wall returns the time of day. It advances while the machine sleeps, and
	// it jumps when someone sets the clock. A run that ends at seven needs
	// this; a measured duration must not have it.
	Wall func() time.Time
	// After returns a channel that receives once d has passed.
	After func(d time.Duration) <-chan time.Time
	// Jitter returns a number in [0, 1) that spreads the waits of clients that
	// lost the same server at the same moment.
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
