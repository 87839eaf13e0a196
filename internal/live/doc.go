// Package live holds what a run does at this moment, as one value: a Snapshot.
// A Tracker computes it from the engine's events and the results that were saved.
// Everything that shows a run while it goes on reads this value: the commands that
// watch and control it, status, and the metrics. What they show is the same.
package live
