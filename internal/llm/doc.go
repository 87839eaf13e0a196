// Package llm is the vocabulary of model servers: requests (Model, Request), replies
// (Chunk, Usage), and failures (Fault, Trouble). A backend is a Generator. The engine
// and every backend import this package, and it imports none of them.
package llm
