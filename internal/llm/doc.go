// Package llm is the vocabulary of model servers: what is asked of one
// (Model, Request), what comes back (Chunk, Usage), and what can go wrong
// (Fault, Trouble). A backend is a Generator. The engine and every backend
// import this package, and it imports none of them.
package llm
