package snippet

import (
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"go.yaml.in/yaml/v3"
)

// templated reports whether a template makes the snippet, or a person fills it in.
func templated(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "{%") || strings.Contains(text, "<%") || strings.Contains(text, "${")
}

func checkJSON(text string) *Fault {
	at, err := decodeJSON(text)
	if err == nil || templated(text) {
		return nil
	}
	plain := plainJSON(text)
	for _, around := range []string{"%", "{%}", "[%]"} {
		before, after, _ := strings.Cut(around, "%")
		if _, err := decodeJSON(before + plain + after); err == nil {
			return nil
		}
	}
	return &Fault{Line: lineAt(text, at), Text: strings.TrimPrefix(err.Error(), "json: ")}
}

// decodeJSON reads all values of a text. at is the offset of an error.
func decodeJSON(text string) (at int, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	for {
		var v json.RawMessage
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return 0, nil
		}
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return int(syntax.Offset) - 1, err
		}
		if err != nil {
			return len(text), errors.New("it ends within a value")
		}
	}
}

// plainJSON is a text without what people add to JSON for readers: comments,
// ellipses, commas before an end, and names in angle brackets in the place of values.
func plainJSON(text string) string {
	var b jsonWriter
	for i := 0; i < len(text); {
		rest := text[i:]
		n := 1
		switch {
		case rest[0] == '"':
			n = stringEnd(rest)
			b.add(rest[:n])
		case strings.HasPrefix(rest, "//"), rest[0] == '#':
			if n = strings.IndexByte(rest, '\n'); n < 0 {
				n = len(rest)
			}
		case strings.HasPrefix(rest, "/*"):
			if n = strings.Index(rest, "*/") + 2; n < 2 {
				n = len(rest)
			}
		case strings.HasPrefix(rest, "..."), strings.HasPrefix(rest, "…"):
			n = len(rest) - len(strings.TrimLeft(rest, ".…"))
			b.leftOut()
		case rest[0] == '<':
			if n = strings.IndexAny(rest, ">\n") + 1; n < 2 {
				n = 1
			}
			b.add("null")
		case rest[0] == ',':
			b.comma()
		case strings.IndexByte(" \t\n\r", rest[0]) >= 0:
		case strings.IndexByte("{}[]:", rest[0]) >= 0:
			b.add(rest[:1])
		default:
			for n < len(rest) && strings.IndexByte("{}[]:,\" \t\n\r<", rest[n]) < 0 {
				n++
			}
			b.add(rest[:n])
		}
		i += n
	}
	return b.String()
}

// stringEnd is where a string of JSON ends that begins a text.
func stringEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		case '\n':
			return i
		}
	}
	return len(s)
}

// jsonWriter writes tokens of JSON, and commas only between values.
type jsonWriter struct {
	strings.Builder
	last byte
	// owed is set after a comma that is not written yet.
	owed bool
}

func (w *jsonWriter) add(token string) {
	if w.owed && token != "}" && token != "]" {
		w.WriteByte(',')
	}
	w.owed = false
	w.WriteString(token + " ")
	w.last = token[len(token)-1]
}

// comma is written if a value stands on both sides of it.
func (w *jsonWriter) comma() {
	if w.last != 0 && strings.IndexByte("{[:", w.last) < 0 {
		w.owed = true
	}
}

// leftOut stands for values that are left out.
func (w *jsonWriter) leftOut() {
	if w.last == ':' {
		w.add("null")
		return
	}
	w.comma()
}

// yamlLine is how the library begins its messages.
var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?`)

func checkYAML(text string) *Fault {
	if templated(text) {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if isEllipsis(line) && strings.TrimSpace(line) != "" {
			lines[i] = ""
		}
	}
	d := yaml.NewDecoder(strings.NewReader(strings.Join(lines, "\n")))
	for {
		var n yaml.Node
		err := d.Decode(&n)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			continue
		}
		m := yamlLine.FindStringSubmatch(err.Error())
		at, _ := strconv.Atoi(m[1])
		return &Fault{Line: max(0, min(at, len(lines))-1), Text: strings.TrimPrefix(err.Error(), m[0])}
	}
}

func checkTOML(text string) *Fault {
	if templated(text) {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if isEllipsis(line) {
			lines[i] = ""
		}
	}
	var v map[string]any
	_, err := toml.Decode(strings.Join(lines, "\n"), &v)
	parse, ok := errors.AsType[toml.ParseError](err)
	// A post shows one key with several values, one after the other.
	if !ok || strings.Contains(err.Error(), "already been defined") || strings.Contains(err.Error(), "already defined") {
		return nil
	}
	return &Fault{Line: max(0, parse.Position.Line-1), Text: parse.Message}
}
