package main

import (
	"io"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/spf13/cobra"
)

// topicsFlags say how TOPICS is read.
type topicsFlags struct {
	topics.Options
	skipBadRows bool
}

// bind adds the flags that every command has that reads TOPICS.
func (f *topicsFlags) bind(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringVar(&f.Delimiter, "delimiter", "", "comma, semicolon, tab, pipe, or the `character` itself (default: detected from the header)")
	s.StringVar(&f.TopicColumn, "topic-column", "", "`name` or number of the column with the topics (default topic)")
	s.BoolVar(&f.NoHeader, "no-header", false, "the file has no header; columns have numbers")
	s.StringArrayVar(&f.Columns, "column", nil, "`name=column` renames a column to the name that the prompt uses; repeatable")
	s.StringVar(&f.Encoding, "encoding", "", "`name` of the file's encoding, such as windows-1252 (default: UTF-8 or UTF-16)")
	s.StringVar(&f.Sheet, "sheet", "", "`name` of the workbook's sheet (default: the first), or of the list in a JSON object")
}

// bindRows adds the flags that choose rows, for the commands that make jobs.
func (f *topicsFlags) bindRows(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringArrayVar(&f.Where, "where", nil, "use only rows with `column=value` (or column!=value; column= means blank); repeatable")
	s.BoolVar(&f.skipBadRows, "skip-bad-rows", false, "leave out rows that cannot be used")
	s.BoolVar(&f.AllRows, "all-rows", false, "list every bad row, not only the first 20")
}

// topicsOptions are the options in force. A signal ends a wait for a pipe, as it
// does for standard input.
func topicsOptions(a *app, f topicsFlags, in config.Input) topics.Options {
	o := f.Options
	o.TopicColumn, o.Encoding, o.Sheet = in.TopicColumn, in.Encoding, in.Sheet
	if len(o.Columns) == 0 {
		o.Columns = in.Columns
	}
	if in, ok := a.stdin.(interruptible); ok {
		o.Pipe = func(r io.Reader) io.Reader { return interruptible{in.ctx, r} }
	}
	return o
}
