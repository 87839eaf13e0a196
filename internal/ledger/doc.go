// Package ledger is the durable record of topics, jobs, attempts and runs: an
// SQLite database beside the posts, which any SQLite tool can read while a run
// writes. Its tables are described in docs/files.md.
//
// A job's row is committed after its file is in place, so a row says no more
// than the disk holds. Where files go and what they hold is left to package
// output.
package ledger
