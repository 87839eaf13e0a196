// Package topics reads the input of a run: a file of topics as CSV (with
// comma, semicolon, tab or pipe), as JSON lines, or as a bare list.
//
// Open decodes the file to UTF-8 and spools it, finds its delimiter and its
// columns; Check is the first pass and finds every bad row with its line; All
// is any later pass and yields the topics one by one, or those of a Sample. Memory is bounded by one
// row and 16 bytes for each row before it (for duplicates).
//
// What becomes of a topic is left to others.
package topics
