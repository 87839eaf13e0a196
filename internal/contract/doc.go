// Package contract is the vocabulary of a well-formed reply. A Contract says
// what one is; a Verdict says what a reply was found to be: a Post, or Problems
// with a Draft of what can be kept; a Cause says what kind of mending a
// malformed one needs, and a Remedy what a request asks for.
//
// Codes, kinds, causes, and remedies are types with a constant for each value.
// Their values are stored in ledgers and never change. Package reply does the
// reading; package batch asks the models.
package contract
