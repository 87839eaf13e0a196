// Package e2e tests the built program on a real Ollama server with the
// rehearsal models: real processes, real files, real signals. Its tests have
// the build tag e2e and need the server's binary, named by
// NIGHTPRESS_TEST_OLLAMA; "make test" builds both and runs them. They use no
// other server, no network but the loopback, and no file outside temporary
// folders.
package e2e
