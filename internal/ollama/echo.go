package ollama

import (
	"strings"

	"github.com/nightpress/nightpress/internal/llm"
)

// echo takes the text of a turn that was left open away from the beginning of
// the reply. Servers from v0.30 send it back whole, as their first chunk, for a
// model whose template llama-server renders. The others send only what follows.
type echo struct {
	// open is the text of the turn. It is "" once the beginning of the reply is
	// known, and if no turn was left open.
	open string
	held string
}

// leastEcho is the length of a text, in bytes, from which on a reply that begins
// with it is no chance.
const leastEcho = 12

func newEcho(req llm.Request) echo {
	if n := len(req.Turns); n > 0 && req.Turns[n-1].Assistant && len(strings.TrimSpace(req.Turns[n-1].Text)) >= leastEcho {
		return echo{open: req.Turns[n-1].Text}
	}
	return echo{}
}

// pass returns the received text that belongs to the reply. It holds a text back while
// it could still be the echo.
func (e *echo) pass(text string) string {
	if e.open == "" {
		return text
	}
	e.held += text
	n := common(e.open, e.held)
	if n == len(e.held) && n < len(e.open) {
		return ""
	}
	return e.release(n)
}

// end returns what is held back when the reply ends.
func (e *echo) end() string {
	if e.open == "" {
		return ""
	}
	return e.release(common(e.open, e.held))
}

// release returns what is held back, without the echo if it is one: n bytes of
// the two are the same. A template may have trimmed the white space at the end
// of the text.
func (e *echo) release(n int) string {
	own := e.held
	if n >= len(strings.TrimRight(e.open, " \t\r\n")) {
		own = own[n:]
	}
	*e = echo{}
	return own
}

// common is the length of the beginning that two texts share.
func common(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
