// Package estimate computes how long jobs take. It is the only place that does: the
// engine asks a Pace for the jobs of one model on one server, and plan, status, and
// the progress line ask an Estimate for all jobs that are left. Both use the
// durations of earlier runs from the ledger and those of this run. Sizes estimate how
// much of a reply in progress is left, from its tokens so far.
package estimate
