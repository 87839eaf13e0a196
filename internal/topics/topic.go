package topics

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
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
	// Row holds every column by its normalised name; "topic" is always there.
	Row map[string]string
	// Key identifies the topic across runs: a hash of its text and its slug
	// column. A later row of the same text and slug with other columns has a
	// key over all its columns, so that the first keeps its own.
	Key string
}

// BadRow is a row that cannot be a topic.
type BadRow struct {
	File   string
	Line   int
	Reason string
}

func (b *BadRow) Error() string { return fmt.Sprintf("%s:%d: %s", b.File, b.Line, b.Reason) }

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

func rowHash(row map[string]string) sum {
	names := make([]string, 0, len(row))
	for n := range row {
		names = append(names, n)
	}
	sort.Strings(names)
	parts := make([]string, 0, 2*len(row))
	for _, n := range names {
		parts = append(parts, n, row[n])
	}
	return hash(parts...)
}

func (s sum) String() string { return hex.EncodeToString(s[:]) }
