// Package record is what is kept of a job: its status, its attempts and its
// result. The engine fills it in, the ledger stores it, and status, report and
// summary read it. The names of its fields are stored and never change.
package record
