package main

import (
	"io"

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
	s.StringVar(&f.Delimiter, "delimiter", "", "comma, semicolon, tab, pipe or the `character` itself (default: found from the header)")
	s.StringVar(&f.TopicColumn, "topic-column", "", "`name` or number of the column that holds the topics (default topic)")
	s.BoolVar(&f.NoHeader, "no-header", false, "the first line is a topic too; columns are given by number")
	s.StringArrayVar(&f.Columns, "column", nil, "`name=column` gives a column the name that the prompt has for it; repeatable")
	s.StringVar(&f.Encoding, "encoding", "", "`name` of the file's encoding, such as windows-1252 (default: UTF-8 or UTF-16)")
	s.StringVar(&f.Sheet, "sheet", "", "`name` of the workbook's sheet (default: the first)")
}

// bindRows adds the flags that choose rows, for the commands that make jobs.
func (f *topicsFlags) bindRows(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringArrayVar(&f.Where, "where", nil, "only rows with `column=value` (or column!=value; column= is blank); repeatable")
	s.BoolVar(&f.skipBadRows, "skip-bad-rows", false, "the rows that cannot be used are not wanted: go on without them")
	s.BoolVar(&f.AllRows, "all-rows", false, "list every bad row, not the first 20")
}

// topicsOptions are the flags' options. A signal ends a wait for a pipe, as it
// does for standard input.
func topicsOptions(a *app, f topicsFlags) topics.Options {
	o := f.Options
	if in, ok := a.stdin.(interruptible); ok {
		o.Pipe = func(r io.Reader) io.Reader { return interruptible{in.ctx, r} }
	}
	return o
}
