package batch

import "time"

// absence is a time in which the server is away or busy; the zero value is
// none. It is counted span by span, each up to what it may last at the most:
// what is above that is a process that was stopped or a machine that slept, and
// the server may have been back for hours.
type absence struct {
	// since is when it began, seen is up to when it is counted.
	since, seen time.Time
	// lasted is how long it is, wait is the next pause.
	lasted, wait time.Duration
}

// mostSpan bounds a span in which requests, probes and loads are under way.
const mostSpan = 30 * time.Minute

func (a *absence) begun() bool { return !a.since.IsZero() }

// begin begins an absence, unless there is one.
func (a *absence) begin(now time.Time) {
	if !a.begun() {
		*a = absence{since: now, seen: now, wait: firstWait}
	}
}

// count counts the span that ends now, if there is an absence still.
func (a *absence) count(now time.Time, most time.Duration) {
	if !a.begun() {
		return
	}
	a.lasted += min(now.Sub(a.seen), most)
	a.seen = now
}

// pause returns how long to wait now; the next will be longer.
func (a *absence) pause() time.Duration {
	wait := a.wait
	a.wait = min(2*a.wait, longWait)
	return wait
}
