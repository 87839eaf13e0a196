// Package contract is the vocabulary of well-formed replies. A Contract defines
// one. A Verdict says what a reply is: a Post, or Problems with a Draft of the
// usable parts. A Cause says how a malformed reply can be mended, and a Remedy says
// what a request asks for.
//
// Codes, kinds, causes, and remedies are types with a constant for each value.
// Ledgers store the values, so they never change. Package reply reads replies, and
// package batch sends requests.
package contract
