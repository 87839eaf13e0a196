package batch

import "time"

// outage is a period in which a server is away or busy. The zero value is none. It
// is counted in spans, each at most as long as a bound: in a longer span, the
// process was stopped or the machine slept, and the server may have been back for
// hours.
type outage struct {
	// since is the beginning. The outage is counted up to seen.
	since, seen time.Time
	// lasted is its duration. impatient is the part of it in which no other server
	// did jobs: that part counts against the patience. wait is the next pause.
	lasted, impatient, wait time.Duration
}

// maxSpan bounds a span in which requests, probes, and loads are in progress.
const maxSpan = 30 * time.Minute

func (o *outage) begun() bool { return !o.since.IsZero() }

// begin begins an outage, unless one is in progress.
func (o *outage) begin(now time.Time) {
	if !o.begun() {
		*o = outage{since: now, seen: now, wait: firstWait}
	}
}

// count adds the span that ends now, at most bound. alone is set where no other
// server does jobs. It does nothing without an outage.
func (o *outage) count(now time.Time, bound time.Duration, alone bool) {
	if !o.begun() {
		return
	}
	span := min(now.Sub(o.seen), bound)
	o.lasted += span
	if alone {
		o.impatient += span
	}
	o.seen = now
}

// pause returns how long to wait now, and lengthens the next pause.
func (o *outage) pause() time.Duration {
	wait := o.wait
	o.wait = min(2*o.wait, maxWait)
	return wait
}
