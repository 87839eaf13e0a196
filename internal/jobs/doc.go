// Package jobs holds what a person does with single posts: it finds the jobs that
// a topic, a slug, or a file names, shows them, marks them to be made again, accepts
// replies that a person corrected, and checks posts against their contracts.
package jobs
