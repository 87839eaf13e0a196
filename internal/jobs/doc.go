// Package jobs holds what a person does with single posts: it finds the jobs that
// a topic, a slug, or a file names, shows them, marks them to be made again, and
// accepts replies that a person corrected.
package jobs
