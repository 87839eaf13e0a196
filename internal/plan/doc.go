// Package plan decides what a run does. Topics and entries make jobs. Count looks up
// each job in the ledger and on disk and gives it a Disposition. Phases yields the
// jobs to request, entry by entry, for the engine.
//
// Each pass reads the topics from the input again, so that memory grows by only a bit
// per topic. The package sends no requests.
package plan
