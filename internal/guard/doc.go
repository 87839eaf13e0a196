// Package guard is the HTTP client for a model server that nobody vouches for.
// It connects to one address and to no other, uses no proxy, and follows no
// redirect. It limits the time and the size of every answer, and it records how
// the body of an answer really ended. Any backend can use it; it knows no
// protocol but HTTP.
//
// NewClient makes a client. Follow attaches an Exchange to the context of a
// request: its limits, and what became of it.
package guard
