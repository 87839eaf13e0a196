package topics

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// lineReader reads physical lines, ended by LF, CRLF or a lone CR, and counts
// them.
type lineReader struct {
	r    *bufio.Reader
	n    int
	back []string // lines that were read too far, the next one last
}

// maxLine bounds one physical line, so that a file without line ends does not
// fill the memory.
const maxLine = 16 << 20

var errLongLine = errors.New("a line is longer than 16 MiB")

// next returns the next line without its end. Its error is io.EOF after the
// last.
func (l *lineReader) next() (string, error) {
	if n := len(l.back); n > 0 {
		s := l.back[n-1]
		l.back = l.back[:n-1]
		l.n++
		return s, nil
	}
	var b strings.Builder
	for {
		c, err := l.r.ReadByte()
		if err == io.EOF && b.Len() > 0 {
			break
		}
		if err != nil {
			return "", err
		}
		if c == '\n' {
			break
		}
		if c == '\r' {
			if nl, err := l.r.Peek(1); err == nil && nl[0] == '\n' {
				_, _ = l.r.Discard(1)
			}
			break
		}
		if b.Len() == maxLine {
			return "", errLongLine
		}
		b.WriteByte(c)
	}
	l.n++
	return b.String(), nil
}

// unread gives a line back.
func (l *lineReader) unread(s string) {
	l.back = append(l.back, s)
	l.n--
}

// nonBlank returns the next line that is not blank, and its number.
func (l *lineReader) nonBlank() (string, int, error) {
	for {
		s, err := l.next()
		if err != nil || strings.TrimSpace(s) != "" {
			return s, l.n, err
		}
	}
}
