// Package status reads the state of a folder of posts from its ledger: what
// exists, what was rejected and why, and whether a run is under way. It changes
// nothing.
package status
