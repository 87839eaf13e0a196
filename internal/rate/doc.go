// Package rate is the web page on which a person judges posts: two on one
// topic, in random order, without a word of which model wrote which. Each
// answer is in the ledger before the next two are shown.
//
// A Server keeps what was judged, skipped and undone in this session; its
// Handler is the page, guarded so that no other page and no other machine can
// ask or answer: it is served on the loopback alone, below a random token, to
// the one Host and Origin that it has.
package rate
