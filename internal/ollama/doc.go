// Package ollama is the backend for Ollama. It uses the server's own client package
// (github.com/ollama/ollama/api) on a guarded transport (package guard). Without that
// transport, the client package reports a broken stream as success (api/client.go,
// v0.17.4, stream), and an HTTP error with an empty body too; it follows redirects
// and proxies, and waits forever.
//
// ParseHost and New return a Client. Inspect checks a model before a run and refuses
// one that is not local. The engine calls Load, Generate and Unload (llm.Generator).
// fault.go is the only place that decides what a failure means for the run.
package ollama
