// Package rate serves the web page on which a person compares posts: two posts
// on one topic, in random order and without the models' names. Each answer is in
// the ledger before the page shows the next pair.
//
// A Server keeps what was judged, skipped and undone in this session; its
// Handler is the page, guarded so that no other page and no other machine can
// ask or answer: it is served on the loopback alone, below a random token, to
// the one Host and Origin that it has.
package rate
