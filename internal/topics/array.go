package topics

import "io"

// element returns the bytes of the next element of a JSON array, or of the next
// object of a stream, and the line where it begins. No bytes stand for one that is too long. It follows strings
// and brackets alone; whether the element is JSON is for others to find.
func (o *objects) element() ([]byte, int, error) {
	c, err := o.between()
	if err != nil {
		return nil, o.line, err
	}
	at, long := o.line, false
	var in nesting
	o.row++
	var raw []byte
	for {
		if raw = append(raw, c); len(raw) > maxRow {
			raw, long = raw[:0], true
		}
		in.take(c)
		next, ok := o.peek(0)
		if !ok || in.over(c, next, o.stream) {
			break
		}
		c = next
		o.byte()
	}
	if o.err != nil {
		return nil, at, o.err
	}
	if long {
		return nil, at, nil
	}
	return raw, at, nil
}

// nesting is where in a JSON value a byte stands.
type nesting struct {
	depth           int
	quoted, escaped bool
}

func (n *nesting) take(c byte) {
	switch {
	case n.escaped:
		n.escaped = false
	case n.quoted && c == '\\':
		n.escaped = true
	case c == '"':
		n.quoted = !n.quoted
	case n.quoted:
	case c == '{' || c == '[':
		n.depth++
	case (c == '}' || c == ']') && n.depth > 0:
		n.depth--
	}
}

// over reports whether the value ends after c. next is the byte after it, and
// stream reports whether values stand one after the other, without commas.
func (n *nesting) over(c, next byte, stream bool) bool {
	if n.depth > 0 || n.quoted {
		return false
	}
	if stream {
		return c == '}' || next == '\n'
	}
	return next == ',' || next == ']'
}

// between uses up what stands before an element, and its first byte.
func (o *objects) between() (byte, error) {
	for {
		c, ok := o.byte()
		switch {
		case !ok && o.err != nil:
			return 0, o.err
		case !ok:
			return 0, io.EOF
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		case o.stream && c == ',':
		case o.stream:
			return c, nil
		case c == '[' && !o.begun:
			o.begun = true
		case c == ',' && o.begun:
		case c == ']' && o.inside:
			return 0, io.EOF
		case c == ']' && o.begun:
			// What follows is another array, or a bad row.
			o.begun = false
		default:
			return c, nil
		}
	}
}

// byte uses up one byte and counts lines.
func (o *objects) byte() (byte, bool) {
	c, ok := o.peek(0)
	if !ok {
		return 0, false
	}
	o.i++
	if next, more := o.peek(0); c == '\n' || c == '\r' && (!more || next != '\n') {
		o.line++
	}
	return c, true
}
