// Package e2e tests the built program on a real Ollama server with the
// rehearsal models: real processes, real files, real signals.
//
// NIGHTPRESS_TEST_OLLAMA names the server's binary; "make test" builds it and
// runs the tests. They use no other server, no network but the loopback, and no
// file outside temporary folders. They are a module of their own, so that the
// program does not depend on what they need.
package e2e
