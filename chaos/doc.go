// Package chaos injects faults at random moments and checks the result. It kills the
// built program, the real Ollama server, and its runners. It cuts, slows, and
// silences the connection with a proxy. It fills the disk, changes the clock, stops
// processes, and puts foreign files into the posts folder.
//
// After each fault, every post must be complete and match its row in the ledger.
// Once the same command has run to its end, no post is missing or exists twice, no
// temporary file is left, and the server received no more requests than there were
// jobs and lost requests.
//
// The tests are a separate module, so that the program does not depend on what they
// need. They test the program from outside and run on Linux. They print a seed, which
// repeats everything but the timing:
//
//	NIGHTPRESS_TEST_OLLAMA=$PWD/bin/ollama go -C chaos test -count=1 -args -seed 7
//
// -long makes hundreds of rounds (make chaos).
package chaos
