// Package reply judges what a model wrote against a written contract.
//
// A Reader is fed while the reply comes and says when to stop: at the end
// marker, or once nothing can come of the reply. Each line is taken in this
// order as soon as it is complete: characters that no post may hold are removed
// (clean.go), thinking and a chat template's tokens are passed over (think.go),
// then it is the opening, a header field or the body (line.go, body.go). Within
// a line only two things are looked for: a marker (marker.go), and whether the
// text goes round in circles (package loop). Close checks the fields (field.go)
// and the body (close.go).
//
// Whatever can be put right mechanically is a Repair, whatever cannot is a
// Problem, and a reply without a problem is a Post. What can be kept of a
// malformed one is its Draft, and Diagnose says what kind of mending it needs;
// Join puts the answer to that together with what is there. Read does all of it
// for a text that is there as a whole.
//
// The verdict is the same however the text was cut into chunks. Package
// contract has the words, package phrases the phrases in many languages. Asking
// a model again is left to package batch.
package reply
