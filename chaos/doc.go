// Package chaos ends things at random moments and looks at what is left: the
// built program, the real Ollama server and its runners are killed, the
// connection between them is cut, slowed and silenced by a fault-injecting
// proxy, the disk is full, the clock jumps, the process or the server is stopped,
// and the folder of the posts has in it what no run has put there.
//
// After each blow every post must be whole and match its row in the ledger;
// once the same command has gone on to its end, none is missing, none is there
// twice, nothing temporary is left, and the server was asked no more often
// than there are jobs and requests that a blow hit.
//
// The tests are a module of their own, so that what they need is nobody else's
// dependency, and see the program from outside: of its inside they know how it
// starts a server. They run on Linux. What they did can be repeated, but for the
// timing, with the seed that they print:
//
//	NIGHTPRESS_TEST_OLLAMA=$PWD/bin/ollama go -C chaos test -count=1 -args -seed 7
//
// -long makes hundreds of rounds of it (make chaos).
package chaos
