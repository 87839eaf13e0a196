// Package topics reads topics files: CSV, workbooks, JSON, Markdown tables, and lists.
//
// Open decodes the file to UTF-8, spools it, and finds its delimiter and its columns.
// Check is the first pass and finds every bad row with its line. All is any later pass
// and yields the topics one by one, or those of a Sample. Memory is bounded by one row
// and 16 bytes for each earlier row (for duplicates).
package topics
