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
	at, depth, quoted, long := o.line, 0, false, false
	o.row++
	var raw []byte
	for {
		if raw = append(raw, c); len(raw) > maxRow {
			raw, long = raw[:0], true
		}
		switch {
		case quoted && c == '\\':
			if c, ok := o.byte(); ok {
				raw = append(raw, c)
			}
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case (c == '}' || c == ']') && depth > 0:
			depth--
		}
		next, ok := o.peek(0)
		if !ok || o.stream && depth == 0 && !quoted && (c == '}' || next == '\n') {
			break
		}
		if c = next; !o.stream && depth == 0 && !quoted && (c == ',' || c == ']') {
			break
		}
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
		case c == ']':
			return 0, io.EOF
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
