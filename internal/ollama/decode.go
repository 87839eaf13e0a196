package ollama

import (
	"strings"
	"unicode/utf8"

	"github.com/ollama/ollama/api"
)

// decoder decodes the lines of a stream. Nearly all of them have the same few fields
// with simple values; those are read in one pass and nearly without allocations.
// Whatever else a line has is left to decodeAny, so that the outcome is always that
// of the JSON package.
type decoder struct {
	line []byte
	at   int
	// model is that of the line before, which the next one repeats.
	model string
	// text holds a string while its escapes are replaced.
	text []byte
}

// decode decodes a line. The error is the server's, or says that the line is not
// the JSON that Ollama sends.
func (d *decoder) decode(line []byte) (api.ChatResponse, error) {
	d.line, d.at = line, 0
	if r, ok := d.response(); ok {
		return r, nil
	}
	return decodeAny(line)
}

// response reads an ordinary line.
func (d *decoder) response() (r api.ChatResponse, ok bool) {
	seen := 0
	ok = d.object(func(key []byte) bool {
		bit, read := 0, true
		switch string(key) {
		case "model":
			bit = 1 << 0
			read = d.same(&d.model)
			r.Model = d.model
		case "created_at":
			bit = 1 << 1
			var at []byte
			if at, read = d.raw(); read {
				read = r.CreatedAt.UnmarshalText(at) == nil
			}
		case "message":
			bit = 1 << 2
			read = d.message(&r.Message)
		case "done":
			bit = 1 << 3
			r.Done, read = d.boolean()
		case "done_reason":
			bit = 1 << 4
			r.DoneReason, read = d.string()
		case "total_duration":
			bit = 1 << 5
			read = number(d, &r.TotalDuration)
		case "load_duration":
			bit = 1 << 6
			read = number(d, &r.LoadDuration)
		case "prompt_eval_count":
			bit = 1 << 7
			read = number(d, &r.PromptEvalCount)
		case "prompt_eval_duration":
			bit = 1 << 8
			read = number(d, &r.PromptEvalDuration)
		case "eval_count":
			bit = 1 << 9
			read = number(d, &r.EvalCount)
		case "eval_duration":
			bit = 1 << 10
			read = number(d, &r.EvalDuration)
		default:
			return false
		}
		again := seen&bit != 0
		seen |= bit
		return read && !again
	})
	return r, ok && d.skip(0)
}

func (d *decoder) message(m *api.Message) bool {
	seen := 0
	return d.object(func(key []byte) bool {
		bit, read := 0, true
		switch string(key) {
		case "role":
			bit = 1
			var role []byte
			if role, read = d.raw(); string(role) == "assistant" {
				m.Role = "assistant"
			} else {
				m.Role = strings.ToLower(string(role))
			}
		case "content":
			bit = 2
			m.Content, read = d.string()
		case "thinking":
			bit = 4
			m.Thinking, read = d.string()
		default:
			return false
		}
		again := seen&bit != 0
		seen |= bit
		return read && !again
	})
}

// object reads an object; field reads the value of each key.
func (d *decoder) object(field func(key []byte) bool) bool {
	if !d.skip('{') {
		return false
	}
	if d.skip('}') {
		return true
	}
	for {
		if d.skip(' '); d.at == len(d.line) || d.line[d.at] != '"' {
			return false
		}
		key, ok := d.raw()
		if !ok || !d.skip(':') || !field(key) {
			return false
		}
		if d.skip('}') {
			return true
		}
		if !d.skip(',') {
			return false
		}
	}
}

// skip skips blanks and then the character, if it is next. For 0 it reports whether
// the line is at its end.
func (d *decoder) skip(c byte) bool {
	for d.at < len(d.line) && (d.line[d.at] == ' ' || d.line[d.at] == '\t' || d.line[d.at] == '\r') {
		d.at++
	}
	if d.at == len(d.line) {
		return c == 0
	}
	if c == 0 || d.line[d.at] != c {
		return false
	}
	d.at++
	return true
}

// raw reads a string without escapes.
func (d *decoder) raw() ([]byte, bool) {
	if !d.skip('"') {
		return nil, false
	}
	end := d.plain(d.at)
	if end == len(d.line) || d.line[end] != '"' {
		return nil, false
	}
	text := d.line[d.at:end]
	d.at = end + 1
	return text, utf8.Valid(text)
}

// plain is where the first quote, escape, or control character is from a place on.
func (d *decoder) plain(at int) int {
	for at < len(d.line) && d.line[at] != '"' && d.line[at] != '\\' && d.line[at] >= ' ' {
		at++
	}
	return at
}

// same reads a string without escapes that is mostly the one that is known.
func (d *decoder) same(known *string) bool {
	text, ok := d.raw()
	if ok && string(text) != *known {
		*known = string(text)
	}
	return ok
}

// string reads a string.
func (d *decoder) string() (string, bool) {
	if !d.skip('"') {
		return "", false
	}
	d.text = d.text[:0]
	for {
		end := d.plain(d.at)
		if end == len(d.line) || d.line[end] < ' ' {
			return "", false
		}
		part := d.line[d.at:end]
		if d.at = end + 1; d.line[end] == '"' {
			if len(d.text) > 0 {
				d.text = append(d.text, part...)
				part = d.text
			}
			return string(part), utf8.Valid(part)
		}
		d.text = append(d.text, part...)
		if !d.escape() {
			return "", false
		}
	}
}

// escapes are the characters that are escaped by one.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape appends the character of an escape, after its backslash.
func (d *decoder) escape() bool {
	if d.at == len(d.line) {
		return false
	}
	c := d.line[d.at]
	d.at++
	if c != 'u' {
		d.text = append(d.text, escapes[c])
		return escapes[c] != 0
	}
	var r rune
	for range 4 {
		if d.at == len(d.line) {
			return false
		}
		digit := hexDigit(d.line[d.at])
		if digit < 0 {
			return false
		}
		r, d.at = r<<4|digit, d.at+1
	}
	if r >= 0xd800 && r < 0xe000 {
		return false // half of a pair
	}
	d.text = utf8.AppendRune(d.text, r)
	return true
}

func hexDigit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}

func (d *decoder) boolean() (value, ok bool) {
	d.skip(' ')
	rest := d.line[d.at:]
	for _, one := range []string{"true", "false"} {
		if len(rest) >= len(one) && string(rest[:len(one)]) == one {
			d.at += len(one)
			return one == "true", true
		}
	}
	return false, false
}

// number reads a count without a sign or a fraction.
func number[T ~int | ~int64](d *decoder, to *T) bool {
	d.skip(' ')
	begin, n := d.at, int64(0)
	for d.at < len(d.line) && d.line[d.at] >= '0' && d.line[d.at] <= '9' {
		n = n*10 + int64(d.line[d.at]-'0')
		d.at++
	}
	digits := d.at - begin
	// What follows decides: 1.5 and 1e9 are left to the JSON package.
	if digits == 0 || digits > 18 || digits > 1 && d.line[begin] == '0' {
		return false
	}
	*to = T(n)
	return int64(*to) == n
}
