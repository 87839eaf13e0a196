package term

import (
	"encoding/json"
	"io"
	"sync"
)

// Lines writes JSON objects, one a line. It may be used from many goroutines.
type Lines struct {
	mu sync.Mutex
	e  *json.Encoder
}

// NewLines returns lines written to w.
func NewLines(w io.Writer) *Lines {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return &Lines{e: e}
}

// Write writes v as one line.
func (l *Lines) Write(v any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.e.Encode(v)
}
