// Package rate is the use case of "nightpress rate": it serves web pages on which
// people compare posts, two posts on one topic, in random order and without the
// models' names. Each answer is in the ledger before the page shows the next pair.
//
//  1. rate.go finds out who rates what, and prints the addresses.
//  2. queue.go chooses the next pair: the one that says most.
//  3. server.go is a rater's session. It keeps the answers, skips, and undos.
//  4. handler.go is its page. guard.go lets only that page use it: its path begins
//     with a random token, and it accepts only its own Host and Origin.
//
// The pages are served on loopback, and with LAN to the network.
package rate
