// Package rate serves the web page on which a person compares posts: two posts
// on one topic, in random order and without the models' names. Each answer is in
// the ledger before the page shows the next pair.
//
// A Server keeps the answers, skips, and undos of this session. Its Handler serves the
// page. No other page or machine can use it: it listens on loopback, its path begins
// with a random token, and it accepts only its own Host and Origin.
package rate
