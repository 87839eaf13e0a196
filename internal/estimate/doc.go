// Package estimate computes how long jobs take. It is the only place that does: the
// engine asks a Pace for the jobs of one model on one server, and plan, status, and
// the progress line ask an Estimate for all jobs that are left. Both use the
// durations of earlier runs from the ledger and those of this run. Sizes are for what
// is in progress: a reply's own tokens say how much of it is still to come.
package estimate
