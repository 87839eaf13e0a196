// Package plan finds out what a run has to do. Topics and entries make jobs;
// Count looks each job up in the ledger and on disk and gives it a Disposition;
// Phases yields those to ask for, entry by entry, for the engine.
//
// Topics are read from the input again for each pass, so that memory grows by a
// bit for each topic. Nothing here asks a server.
package plan
