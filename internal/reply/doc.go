// Package reply checks replies of models against a contract.
//
// A Reader reads a reply while it streams, and says when to stop: at the end
// marker, or once the reply is hopeless. It processes each complete line in this
// order: it removes characters that no post may contain (clean.go), skips thinking
// and the tokens of chat templates (think.go), and then takes the line as the
// opening, a header field, or the body (line.go, body.go). Within a line, it looks
// only for markers (marker.go) and loops (package loop). Close checks the fields
// (field.go) and the body (close.go).
//
// A fault that can be fixed mechanically becomes a Repair, any other one a Problem.
// A reply without problems is a Post. The usable part of a malformed reply is its
// Draft. Diagnose says how the reply can be mended, and Join combines the draft
// with the answer to that request. Read does all of this for a complete text.
//
// The verdict does not depend on how the text is cut into chunks. Package contract
// has the vocabulary, and package phrases has the phrases in many languages. Package
// batch sends further requests.
package reply
