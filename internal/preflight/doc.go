// Package preflight finds out what a run can work with before it begins: the
// server, the models that names and patterns mean, their prompts, and whether
// the server can run each. It generates nothing.
package preflight
