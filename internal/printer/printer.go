// Package printer shows what commands find out and do: as text for people or as
// JSON, one object per line. Text that came from a model, a file, or a server is
// cleaned here before it reaches a terminal, and nowhere else.
package printer

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/nightpress/nightpress/internal/term"
	"github.com/rivo/uniseg"
)

// Value is what a command was asked for. For programs it is encoded as JSON;
// for people it writes itself on a page.
type Value interface{ Text(*Page) }

// Many is a Value that is encoded as several objects.
type Many interface{ Objects() []any }

// Printer shows values and notes. It may be used from many goroutines.
type Printer interface {
	// Print shows a value that was asked for. An error is that of the writer.
	Print(Value) error
	// Note tells a person something in between, on standard error, unless
	// quiet was asked for.
	Note(format string, args ...any)
	// Error shows an error with its hints on standard error. Quiet does not
	// silence it.
	Error(err error)
}

// Page is what a value writes itself on for a person.
type Page struct {
	out, errs io.Writer
	quiet     bool
	err       error
}

// Linef writes a line of the requested output. Its arguments are cleaned.
func (p *Page) Linef(format string, args ...any) {
	p.write(p.out, fmt.Sprintf(format, clean(args)...)+"\n")
}

// Notef writes a line that was not asked for, unless quiet was asked for. Its
// arguments are cleaned.
func (p *Page) Notef(format string, args ...any) {
	if !p.quiet {
		fmt.Fprintf(p.errs, "nightpress: "+format+"\n", clean(args)...)
	}
}

// Table writes rows as columns that are two spaces apart. The first column is
// aligned to the left, and the others to the right where right is set. Cells are
// cleaned.
func (p *Page) Table(right bool, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			row[i] = term.Clean(cell)
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], uniseg.StringWidth(row[i]))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			fill := strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell))
			switch {
			case i == 0:
				b.WriteString(cell + fill)
			case right:
				b.WriteString("  " + fill + cell)
			default:
				b.WriteString("  " + cell + fill)
			}
		}
		p.write(p.out, strings.TrimRight(b.String(), " ")+"\n")
	}
}

// Block writes finished text: to the requested output, or, for text that was
// not asked for, to standard error. The text is clean.
func (p *Page) Block(requested bool, text string) {
	if requested {
		p.write(p.out, text)
	} else if !p.quiet {
		// A terminal that was closed meanwhile changes nothing of what exists.
		_, _ = io.WriteString(p.errs, text)
	}
}

func (p *Page) write(w io.Writer, text string) {
	if p.err == nil {
		_, p.err = io.WriteString(w, text)
	}
}

// Short cleans a text and cuts it to so many columns, for a line of a page.
func Short(text string, columns int) string { return term.Truncate(term.Clean(text), columns) }

// clean cleans every argument that can hold text from elsewhere.
func clean(args []any) []any {
	cleaned := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case string:
			cleaned[i] = term.Clean(v)
		case error:
			cleaned[i] = term.Clean(v.Error())
		case fmt.Stringer:
			cleaned[i] = term.Clean(v.String())
		default:
			cleaned[i] = a
			if t := reflect.ValueOf(a); t.Kind() == reflect.String {
				cleaned[i] = term.Clean(t.String())
			}
		}
	}
	return cleaned
}

// New returns a printer for people, or one for JSON. Requested output goes to
// out, and notes go to errs unless quiet is set.
func New(out, errs io.Writer, json, quiet bool) Printer {
	out = Output(out)
	people := &forPeople{out, errs, quiet}
	if json {
		return &forPrograms{people, term.NewLines(out)}
	}
	return people
}

type forPeople struct {
	out, errs io.Writer
	quiet     bool
}

func (p *forPeople) Print(v Value) error {
	page := Page{out: p.out, errs: p.errs, quiet: p.quiet}
	v.Text(&page)
	return page.err
}

func (p *forPeople) Note(format string, args ...any) {
	page := Page{errs: p.errs, quiet: p.quiet}
	page.Notef(format, args...)
}

func (p *forPeople) Error(err error) { term.PrintError(p.errs, err) }

type forPrograms struct {
	*forPeople
	lines *term.Lines
}

func (p *forPrograms) Print(v Value) error {
	many, ok := v.(Many)
	if !ok {
		return p.lines.Write(v)
	}
	for _, o := range many.Objects() {
		if err := p.lines.Write(o); err != nil {
			return err
		}
	}
	return nil
}
