// Package term writes output for people and programs: progress, summaries, errors
// with hints, and JSON lines. Text from a model or a file goes through Clean before
// it reaches a terminal. Other packages decide what to say.
package term
