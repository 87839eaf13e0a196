// Package ledger is the durable record of topics, jobs, attempts and runs. It is
// an SQLite database in the posts folder. Any SQLite tool can read it while a run
// writes. docs/files.md describes its tables.
//
// A job's row is committed after its file is written, so a row never names a post
// that was not written. Package output decides where files are and what they
// contain.
package ledger
