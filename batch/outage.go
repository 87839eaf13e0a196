package batch

import "time"

// outage is a time in which a server is away or busy. The zero value is none.
// It is counted span by span, each up to a bound: what is above the bound is a
// process that was stopped or a machine that slept, and the server may have
// been back for hours.
type outage struct {
	// since is when it began; it is counted up to seen.
	since, seen time.Time
	// lasted is how long it has lasted, wait is the next pause.
	lasted, wait time.Duration
}

// maxSpan bounds a span in which requests, probes, and loads are under way.
const maxSpan = 30 * time.Minute

func (o *outage) begun() bool { return !o.since.IsZero() }

// begin begins an outage, unless there is one.
func (o *outage) begin(now time.Time) {
	if !o.begun() {
		*o = outage{since: now, seen: now, wait: firstWait}
	}
}

// count counts the span that ends now, at most bound of it. Without an outage
// it does nothing.
func (o *outage) count(now time.Time, bound time.Duration) {
	if !o.begun() {
		return
	}
	o.lasted += min(now.Sub(o.seen), bound)
	o.seen = now
}

// pause returns how long to wait now. The next pause is longer.
func (o *outage) pause() time.Duration {
	wait := o.wait
	o.wait = min(2*o.wait, maxWait)
	return wait
}
