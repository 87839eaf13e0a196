package topics

import (
	"bytes"
	"io"
)

// window is how much of the spooled text is in memory at once. A line that is
// longer is read piece by piece.
const window = 256 << 10

// text reads the spooled text and can go back to any place in it.
type text struct {
	src   io.ReaderAt
	size  int64
	buf   []byte
	start int64 // the offset of buf[0]
	i     int   // the next byte in buf
	err   error // a failed read
}

func newText(src io.ReaderAt, size int64) *text {
	return &text{src: src, size: size, buf: make([]byte, 0, window)}
}

func (t *text) offset() int64 { return t.start + int64(t.i) }

// seek makes off the next byte.
func (t *text) seek(off int64) {
	if off >= t.start && off <= t.start+int64(len(t.buf)) {
		t.i = int(off - t.start)
		return
	}
	t.start, t.i, t.buf = off, 0, t.buf[:0]
}

// more reads on after the bytes that are not used yet, and reports whether
// there were any and room for them.
func (t *text) more() bool {
	if t.err != nil || len(t.buf)-t.i == window {
		return false
	}
	if t.i > 0 {
		t.start += int64(t.i)
		t.buf = t.buf[:copy(t.buf, t.buf[t.i:])]
		t.i = 0
	}
	at, end := len(t.buf), t.start+int64(len(t.buf))
	n := min(int64(window-at), t.size-end)
	if n <= 0 {
		return false
	}
	t.buf = t.buf[:at+int(n)]
	if m, err := t.src.ReadAt(t.buf[at:], end); err != nil && m < int(n) {
		t.buf, t.err = t.buf[:at+m], err
		return m > 0
	}
	return true
}

// rest returns the bytes in memory that are not used yet; none at the end.
func (t *text) rest() []byte {
	if t.i == len(t.buf) {
		t.more()
	}
	return t.buf[t.i:]
}

// peek returns the byte n places on, and whether there is one.
func (t *text) peek(n int) (byte, bool) {
	for t.i+n >= len(t.buf) {
		if !t.more() {
			return 0, false
		}
	}
	return t.buf[t.i+n], true
}

// line returns the next line without its end (LF, CRLF or a lone CR) and how
// many bytes it has with it. It uses nothing. ok is false at the end of the
// text and where the line does not fit the window. The bytes hold until the
// next call.
func (t *text) line() (line []byte, used int, ok bool) {
	for {
		b := t.buf[t.i:]
		n := bytes.IndexByte(b, '\n')
		head := b
		if n >= 0 {
			head = b[:n]
		}
		cr := bytes.IndexByte(head, '\r')
		switch {
		case cr >= 0 && cr == n-1:
			return b[:cr], n + 1, true
		case cr >= 0 && cr+1 < len(b):
			return b[:cr], cr + 1, true
		case n >= 0:
			return head, n + 1, true
		}
		if t.more() {
			continue
		}
		if len(b) == 0 || t.start+int64(len(t.buf)) < t.size {
			return nil, 0, false
		}
		return bytes.TrimSuffix(b, []byte("\r")), len(b), true
	}
}

// skipLine uses up the line's rest and its end, however long it is.
func (t *text) skipLine() {
	for {
		b := t.rest()
		n := bytes.IndexAny(b, "\r\n")
		if n < 0 {
			t.i = len(t.buf)
			if len(b) == 0 {
				return
			}
			continue
		}
		t.i += n
		t.lineEnd()
		return
	}
}

// lineEnd uses up the end of a line, if one is next.
func (t *text) lineEnd() bool {
	c, ok := t.peek(0)
	if !ok || c != '\r' && c != '\n' {
		return false
	}
	t.i++
	if c == '\r' {
		if c, ok := t.peek(0); ok && c == '\n' {
			t.i++
		}
	}
	return true
}
