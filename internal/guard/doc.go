// Package guard is an HTTP client for untrusted model servers. It connects to one
// address only, uses no proxy, and follows no redirect. It limits the time and the
// size of every answer, and it records how the body of an answer ended. Any backend
// can use it: it knows no protocol but HTTP.
//
// NewClient returns a client. Follow attaches an Exchange to the context of a
// request. The Exchange has the request's limits and records its end.
package guard
