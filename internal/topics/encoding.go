package topics

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// decode copies the source to the spool as UTF-8. head is its beginning.
func (in *Input) decode(r io.Reader, head []byte) error {
	// A byte order mark of UTF-8 or UTF-16 is believed; without one the text
	// is taken for UTF-8. Invalid UTF-8 passes through, to be found below.
	decoder := unicode.BOMOverride(transform.Nop)
	if name := in.opts.Encoding; name != "" {
		enc, err := encodingOf(name)
		if err != nil {
			return &Error{File: in.name, Msg: err.Error(), hint: "--encoding windows-1252, or another name of the IANA's list"}
		}
		if enc != nil {
			decoder = unicode.BOMOverride(enc.NewDecoder())
		}
	} else if order, ok := unmarked(head); ok {
		decoder = unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder()
		in.assume("read as UTF-16, which it seems to be without a byte order mark")
	}
	var seen census
	if _, err := io.Copy(io.MultiWriter(in.spool, &seen), transform.NewReader(r, decoder)); err != nil {
		return fmt.Errorf("read %s: %w", in.name, err)
	}
	seen.end()
	// A few damaged characters in a text that has others are bad rows; a text
	// whose characters are mostly invalid is in another encoding.
	if seen.invalid > seen.valid && in.opts.Encoding == "" {
		return in.notUTF8(seen)
	}
	return nil
}

// encodingOf finds an encoding by its name; nil is UTF-8.
func encodingOf(name string) (encoding.Encoding, error) {
	name = strings.TrimSpace(name)
	enc, err := htmlindex.Get(name)
	if err != nil {
		enc, err = ianaindex.IANA.Encoding(name)
	}
	if err != nil || enc == nil {
		enc, err = ianaindex.MIME.Encoding(name)
	}
	if err != nil || enc == nil {
		return nil, fmt.Errorf("the encoding %q is not known", name)
	}
	if canonical, err := htmlindex.Name(enc); err == nil && canonical == "utf-8" {
		return nil, nil
	}
	return enc, nil
}

// unmarked reports whether a text seems to be UTF-16 without a mark, and its
// byte order: in every language it has line ends, delimiters or digits, whose
// other byte is 0.
func unmarked(head []byte) (unicode.Endianness, bool) {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return false, false
	}
	if n := zeros[0] + zeros[1]; n*4 < len(head) && plainUTF8(head) {
		return false, false // a stray NUL
	}
	half := len(head) / 2
	switch {
	case zeros[1] > 0 && zeros[0] == 0 && zeros[1]*20 >= half:
		return unicode.LittleEndian, true
	case zeros[0] > 0 && zeros[1] == 0 && zeros[0]*20 >= half:
		return unicode.BigEndian, true
	}
	return false, false
}

// plainUTF8 reports whether a text is UTF-8 but for zeros and a character that
// its end cuts off, and has no other control characters: UTF-16 has many.
func plainUTF8(head []byte) bool {
	for i, b := range head {
		if b != 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r' || b == 0x7f {
			return false
		}
		if b >= utf8.RuneSelf && len(head)-i < utf8.UTFMax {
			return true
		}
		if utf8.RuneStart(b) {
			if r, n := utf8.DecodeRune(head[i:]); r == utf8.RuneError && n == 1 {
				return false
			}
		}
	}
	return true
}

// census counts the characters beyond ASCII that go by.
type census struct {
	valid, invalid int
	first          int64 // where the first invalid byte is
	at             int64
	carry          []byte // the beginning of a character
}

func (c *census) Write(p []byte) (int, error) {
	b := p
	if len(c.carry) > 0 {
		b = append(c.carry, p...)
	}
	i := 0
	for i < len(b) {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		if !utf8.FullRune(b[i:]) {
			break
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			c.bad(c.at + int64(i))
		} else {
			c.valid++
		}
		i += n
	}
	c.at += int64(i)
	c.carry = append([]byte(nil), b[i:]...)
	return len(p), nil
}

func (c *census) bad(at int64) {
	if c.invalid == 0 {
		c.first = at
	}
	c.invalid++
}

// end counts a character that the text's end cuts off.
func (c *census) end() {
	if len(c.carry) > 0 {
		c.bad(c.at)
	}
}
