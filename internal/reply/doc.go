// Package reply judges what a model wrote against a written contract.
//
// A Reader is fed while the reply comes and says when to stop: at the end
// marker, or once nothing can come of the reply. Its Close takes the text
// apart, in this order: thinking text away, wrapping away, header fields,
// body, checks; whatever can be put right mechanically is a Repair, whatever
// cannot is a Problem, and a reply without a problem is a Post. Read does all
// of it for a text that is there as a whole.
//
// The verdict is the same however the text was cut into chunks. Asking a model
// again is left to package batch.
package reply
