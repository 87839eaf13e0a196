package config

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lines holds the line of every key and table of a file. The decoder has lines
// only for its own errors. A key of the n-th [[model]], from 0, has the name
// model#n.key.
type lines struct {
	at map[string][]int

	text []byte
	// seen is the offset up to which lines are counted, and line is their
	// number. Keys come in the file's order, so each byte is counted once.
	seen, line int
	// entries counts the [[model]] and [[servers]] so far.
	entries map[string]int
}

// arrays are the tables that a file may have several of.
var arrays = []string{"model", "servers"}

// entryKey is the table of the n-th model, serverKey that of the n-th server.
func entryKey(n int) string  { return numbered("model", n) }
func serverKey(n int) string { return numbered("servers", n) }

func numbered(array string, n int) string { return fmt.Sprintf("%s#%d", array, n) }

// plainKey is a key as it is written in the file.
func plainKey(key string) string {
	for _, array := range arrays {
		if rest, ok := strings.CutPrefix(key, array+"#"); ok {
			if _, name, dotted := strings.Cut(rest, "."); dotted {
				return array + "." + name
			}
			return array
		}
	}
	return key
}

// newLines reads a file that the decoder accepted. If the two parsers disagree,
// keys from that position on have no lines.
func newLines(text string) *lines {
	l := &lines{at: map[string][]int{}, entries: map[string]int{}, text: []byte(text), line: 1}
	var p unstable.Parser
	p.Reset(l.text)
	table := ""
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			name, line := l.key(e)
			if e.Kind == unstable.ArrayTable && slices.Contains(arrays, name) {
				l.entries[name]++
			}
			table = l.numbered(name)
			l.add(table, line)
		case unstable.KeyValue:
			l.pair(table, e)
		}
	}
	return l
}

// key returns the dotted name of an expression, and its line.
func (l *lines) key(e *unstable.Node) (name string, line int) {
	var parts []string
	for it := e.Key(); it.Next(); {
		if parts == nil {
			line = l.lineAt(int(it.Node().Raw.Offset))
		}
		parts = append(parts, string(it.Node().Data))
	}
	return strings.Join(parts, "."), line
}

func (l *lines) lineAt(offset int) int {
	if offset > l.seen {
		l.line += bytes.Count(l.text[l.seen:offset], []byte("\n"))
		l.seen = offset
	}
	return l.line
}

// numbered puts the number of the last model or server into the name of a table.
func (l *lines) numbered(table string) string {
	for _, array := range arrays {
		if rest, ok := strings.CutPrefix(table, array); ok && l.entries[array] > 0 && (rest == "" || rest[0] == '.') {
			return numbered(array, l.entries[array]-1) + rest
		}
	}
	return table
}

func (l *lines) add(key string, line int) { l.at[key] = append(l.at[key], line) }

// pair adds a key, and the keys of inline tables in its value.
func (l *lines) pair(table string, e *unstable.Node) {
	key, line := l.key(e)
	if table != "" {
		key = table + "." + key
	}
	value := e.Value()
	if slices.Contains(arrays, key) && value.Kind == unstable.Array {
		for it := value.Children(); it.Next(); {
			if it.Node().Kind == unstable.InlineTable {
				l.entries[key]++
				// An inline table has the line of its first key.
				l.inline(numbered(key, l.entries[key]-1), it.Node())
			}
		}
		return
	}
	l.add(key, line)
	if value.Kind == unstable.InlineTable {
		l.inline(key, value)
	}
}

func (l *lines) inline(table string, e *unstable.Node) {
	for it := e.Children(); it.Next(); {
		if it.Node().Kind == unstable.KeyValue {
			l.pair(table, it.Node())
		}
	}
}

// has reports whether a key, or a key below it, has a line.
func (l *lines) has(key string) bool {
	for k := range l.at {
		if k == key || strings.HasPrefix(k, key+".") {
			return true
		}
	}
	return false
}

// around returns the line of a key, or of the nearest table around it, or 0.
func (l *lines) around(key string) int {
	for {
		if at := l.at[key]; len(at) > 0 {
			return at[0]
		}
		dot := strings.LastIndexByte(key, '.')
		if dot < 0 {
			return 0
		}
		key = key[:dot]
	}
}

// nth returns the line of the n-th occurrence, from 0, of a key as it is written
// in the file, or 0.
func (l *lines) nth(key string, n int) int {
	if at := l.at[key]; n < len(at) {
		return at[n]
	}
	for _, array := range arrays {
		rest, ok := strings.CutPrefix(key, array+".")
		for i := 0; ok && i < l.entries[array]; i++ {
			if at := l.at[numbered(array, i)+"."+rest]; len(at) > 0 {
				if n == 0 {
					return at[0]
				}
				n--
			}
		}
	}
	return l.around(key)
}
