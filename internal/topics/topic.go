package topics

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
)

// Topic is one row of the input.
type Topic struct {
	// Text is the topic column's value, with blanks at its ends removed.
	Text string
	// Line is where the row begins, from 1.
	Line int
	// Slug is the value of the slug column, "" when there is none.
	Slug string
	// Row holds the columns by their normalised names: every one, or those
	// that Use named. "topic" is always there.
	Row map[string]string
	// Front are the cells for the post's front matter, in the order of
	// UseFront.
	Front []Front
	// Key identifies the topic across runs: a hash of its text and its slug
	// column. A later row of the same text and slug with other columns has a
	// key over all its columns, so that the first keeps its own.
	Key string
}

// BadRow is a row that cannot be a topic.
type BadRow struct {
	File string
	Line int
	// Row is its number in the sheet, as a spreadsheet counts; 0 where there
	// is no sheet. Sheet is the workbook's sheet.
	Row    int
	Sheet  string
	Reason string
	// Kind is the reason without figures, the same for all rows of its kind.
	Kind string
}

func (b *BadRow) Error() string {
	switch {
	case b.Sheet != "":
		return fmt.Sprintf("%s: sheet %q, row %d: %s", b.File, b.Sheet, b.Row, b.Reason)
	case b.Row > 0:
		return fmt.Sprintf("%s:%d: row %d: %s", b.File, b.Line, b.Row, b.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", b.File, b.Line, b.Reason)
}

// Error is a fault of the input as a whole.
type Error struct {
	File string
	// Line is 0 when the fault is the file's.
	Line int
	Msg  string
	hint string
}

func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
	}
	return fmt.Sprintf("%s: %s", e.File, e.Msg)
}

// Hint is something to type, or "".
func (e *Error) Hint() string { return e.hint }

type sum [16]byte

// hash is over strings, none of which can run into the next.
func hash(parts ...string) sum {
	var text []byte
	for _, p := range parts {
		text = append(strconv.AppendInt(text, int64(len(p)), 10), ':')
		text = append(text, p...)
	}
	whole := sha256.Sum256(text)
	return sum(whole[:16])
}

// brief is a hash's first eight bytes. It is an array because a map gives a slot
// of sixteen bytes to a number of eight that has no value beside it.
type brief [8]byte

func (s sum) brief() brief { return brief(s[:8]) }

func (s sum) String() string { return hex.EncodeToString(s[:]) }
