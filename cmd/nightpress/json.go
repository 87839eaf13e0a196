package main

import "github.com/nightpress/nightpress/internal/term"

// jsonLine writes v as one line to standard output.
func (a *app) jsonLine(v any) error {
	a.linesOnce.Do(func() { a.lines = term.NewLines(a.stdout) })
	return a.lines.Write(v)
}
