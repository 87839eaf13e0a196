// Package record defines the record of a job: its status, attempts, result, and
// verdict. The engine fills it in, the ledger stores it, and status, report and
// summary read it. The names of its fields are stored and never change.
package record
