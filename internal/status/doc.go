// Package status is the use case of "nightpress status": it reads the state of a posts
// folder from its ledger, and whether a run is in progress. It changes nothing.
package status
