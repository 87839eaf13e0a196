// Package page makes text that a model wrote fit to be shown in a web page of
// ours: Markdown becomes HTML without anything that runs, loads, or reaches
// out of its place. Which page it is shown in is left to others.
package page
