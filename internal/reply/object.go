package reply

import (
	"encoding/json"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

// longestObject is how much of a reply is kept while it looks like a JSON
// object, in bytes.
const longestObject = 64 << 10

// object is a JSON object in progress above the header lines.
type object struct {
	lines []string
	first int // the number of its first line
	size  int
}

// inObject takes a line of a reply that has its header lines as one JSON
// object, and reports whether it did. Lines that turn out to be no object are
// read as what they are.
func (r *Reader) inObject(s string) bool {
	o := &r.object
	t := strings.TrimSpace(s)
	if len(o.lines) == 0 {
		if !strings.HasPrefix(t, "{") {
			return false
		}
		o.first = r.raw
	}
	if isFence(t) || t == "" {
		r.replay()
		return false
	}
	o.lines, o.size = append(o.lines, s), o.size+len(s)
	if o.size > longestObject {
		r.replay()
		return true
	}
	if !strings.HasSuffix(t, "}") {
		return true
	}
	text := strings.Join(o.lines, "\n")
	keys, ok := decode(text)
	if !ok {
		keys, ok = decode(strict(text))
	}
	if !ok {
		return true
	}
	if !r.takeObject(keys) {
		r.replay()
		return true
	}
	r.object = object{}
	return true
}

// replay reads the lines kept so far as lines of an opening.
func (r *Reader) replay() {
	lines, at := r.object.lines, r.raw
	r.object = object{}
	if len(lines) == 0 {
		return
	}
	r.replaying = true
	for i, s := range lines {
		r.raw = at - len(lines) + i
		r.line(s)
	}
	r.raw, r.replaying = at, false
}

// trailing is a comma that JSON does not allow.
var trailing = lazy(`,(\s*[}\]])`)

// strict writes an object as JSON has it: Python's has single quotes, and many
// have a comma after the last item.
func strict(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		quote := text[i]
		if quote != '\'' && quote != '"' {
			b.WriteByte(quote)
			continue
		}
		n := closing(text[i+1:], quote)
		if n < 0 {
			return text
		}
		s := text[i+1 : i+1+n]
		if quote == '\'' {
			s = strings.ReplaceAll(strings.ReplaceAll(s, `\'`, "'"), `"`, `\"`)
		}
		b.WriteString(`"` + s + `"`)
		i += n + 1
	}
	return trailing().ReplaceAllString(b.String(), "$1")
}

// closing finds the quote that ends a text: an apostrophe in it is followed by
// something else than what may stand after a value.
func closing(s string, quote byte) int {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == quote && (quote == '"' || strings.IndexAny(strings.TrimLeft(s[i+1:], " \n\t")+"}", ",:]}") == 0):
			return i
		}
	}
	return -1
}

// entry is a key of an object with its value.
type entry struct {
	key   string
	value json.RawMessage
}

// decode reads an object and keeps the order of its keys.
func decode(text string) (all []entry, ok bool) {
	d := json.NewDecoder(strings.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		var e entry
		if e.key, ok = key.(string); !ok || d.Decode(&e.value) != nil {
			return nil, false
		}
		all = append(all, e)
	}
	if _, err := d.Token(); err != nil || d.More() {
		return nil, false
	}
	if len(all) == 1 {
		if inner, ok := decode(string(all[0].value)); ok {
			return inner, true
		}
	}
	return all, true
}

// bodies are what models call the post in an object.
var bodies = map[string]bool{
	"CONTENT": true, "BODY": true, "POST": true, "TEXT": true, "MARKDOWN": true, "ARTICLE": true, "BLOG_POST": true, "BLOG": true,
	"POST_CONTENT": true, "MARKDOWN_CONTENT": true, "BODY_MARKDOWN": true, "CONTENT_MARKDOWN": true, "BODYMARKDOWN": true, "MARKDOWN_BODY": true,
}

// takeObject takes the fields of an object, and its body. It reports whether
// the object has the first field or two others.
func (r *Reader) takeObject(all []entry) bool {
	got := 0
	for _, e := range all {
		if l := r.keyOf(e.key); l != nil {
			if got++; l.field == 0 {
				got++
			}
		}
	}
	if got < 2 {
		return false
	}
	r.beginHeader()
	r.repair(contract.RepairJSONHeader, r.object.first)
	body := ""
	for _, e := range all {
		l := r.keyOf(e.key)
		text, items := texts(e.value)
		if l == nil {
			if name := fold(e.key); name == r.form.body || bodies[name] {
				body = text
			}
			continue
		}
		if r.fields[l.field].line == 0 {
			r.takeField(header{label: *l, value: strings.Join(strings.Fields(text), " ")}, "")
			r.fields[l.field].items = items
		}
	}
	r.gap = true
	if body == "" {
		return true
	}
	for _, s := range strings.Split(body, "\n") {
		if r.state != atEnd {
			r.line(s)
		}
	}
	return true
}

// keyOf returns the field that a key of an object means.
func (r *Reader) keyOf(key string) *label {
	if l := r.form.any(fold(key)); l != nil {
		return l
	}
	for i := range r.c.Fields {
		if strings.EqualFold(r.c.Fields[i].Key, key) {
			return &label{field: i}
		}
	}
	return nil
}

// texts is a value of an object as text, or as the items of a list.
func texts(raw json.RawMessage) (text string, items []string) {
	if json.Unmarshal(raw, &items) == nil {
		return "", items
	}
	if json.Unmarshal(raw, &text) == nil {
		return text, nil
	}
	return strings.TrimSpace(string(raw)), nil
}
