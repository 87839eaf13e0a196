// Package term talks to people and to programs that read along: progress,
// summary, errors with hints, and JSON lines. Text that came from a model or a
// file goes through Clean before it reaches a terminal.
//
// What there is to say is left to others.
package term
