// Package ollama speaks to an Ollama server through the server's own client
// package (github.com/ollama/ollama/api), on a transport that closes what that
// client leaves open: it reports a broken stream as success (api/client.go,
// v0.17.4, stream), an HTTP error with an empty body as success, follows
// redirects and proxies, and waits for ever.
//
// ParseHost and New make a Client; Inspect looks at a model before a run and
// refuses one that is not local; Load, Generate and Unload are what the engine
// calls (llm.Generator). Every failure goes through fault.go, the one place
// that says what it means for the run.
package ollama
