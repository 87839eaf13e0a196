package term

import (
	"bytes"
	"encoding/json"
	"io"
	"sync"
)

// Lines writes JSON objects, one a line. What a terminal would obey in their
// texts is escaped. It may be used from many goroutines.
type Lines struct {
	mu sync.Mutex
	w  io.Writer
}

// NewLines returns lines written to w.
func NewLines(w io.Writer) *Lines { return &Lines{w: w} }

// Write writes v as one line.
func (l *Lines) Write(v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := io.WriteString(l.w, Escape(b.String()))
	return err
}
