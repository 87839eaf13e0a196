// Package llmtest is the conformance test suite for backends. It tests what the
// engine expects of an llm.Generator.
package llmtest
