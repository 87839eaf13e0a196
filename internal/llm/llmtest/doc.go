// Package llmtest is the conformance suite of backends: what the engine relies
// on in an llm.Generator, as tests that any backend runs. It is for tests
// alone.
package llmtest
