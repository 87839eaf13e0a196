package config

import (
	"fmt"
	"strings"
)

// lines finds the line of a key: TOML decoders give it for syntax errors
// alone. A key of the n-th [[model]], from 0, is called model#n.key.
type lines struct{ at map[string][]int }

// entryKey is the table of the n-th model.
func entryKey(n int) string { return fmt.Sprintf("model#%d", n) }

// plainKey is a key as the file has it.
func plainKey(key string) string {
	if rest, ok := strings.CutPrefix(key, "model#"); ok {
		if _, name, dotted := strings.Cut(rest, "."); dotted {
			return "model." + name
		}
		return "model"
	}
	return key
}

func newLines(text string) *lines {
	l := &lines{map[string][]int{}}
	table, models := "", 0
	for i, raw := range strings.Split(text, "\n") {
		line := strings.TrimSpace(raw)
		if strings.HasPrefix(line, "[") {
			head, _, _ := strings.Cut(line, "#")
			table = strings.Trim(strings.TrimSpace(head), "[] ")
			if table == "model" {
				models++
			}
			if rest, ok := strings.CutPrefix(table, "model"); ok && models > 0 && (rest == "" || rest[0] == '.') {
				table = entryKey(models-1) + rest
			}
			l.at[table] = append(l.at[table], i+1)
			continue
		}
		name, _, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		key := strings.Trim(strings.TrimSpace(name), `"'`)
		if table != "" {
			key = table + "." + key
		}
		l.at[key] = append(l.at[key], i+1)
	}
	return l
}

// has tells whether a key, or a key below it, has a line.
func (l *lines) has(key string) bool {
	for k := range l.at {
		if k == key || strings.HasPrefix(k, key+".") {
			return true
		}
	}
	return false
}

// around returns the line of a key, or of the nearest table around it, 0 when
// it cannot be told.
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

// nth returns the line of the n-th occurrence, from 0, of a key as the file
// has it, 0 when it cannot be told.
func (l *lines) nth(key string, n int) int {
	if at := l.at[key]; n < len(at) {
		return at[n]
	}
	rest, ok := strings.CutPrefix(key, "model.")
	for i := 0; ok && l.has(entryKey(i)); i++ {
		if at := l.at[entryKey(i)+"."+rest]; len(at) > 0 {
			if n == 0 {
				return at[0]
			}
			n--
		}
	}
	return l.around(key)
}
