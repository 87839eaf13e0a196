// Package live holds the state of a run in progress as one value, a Snapshot. A
// Tracker computes it from the engine's events and the saved results. watch, the
// control commands, status, and the metrics all read this value, so they agree.
package live
