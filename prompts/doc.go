// Package prompts holds the prompts. A prompt is a template and the contract for its
// replies, in one file that a writer can edit.
//
// A file is TOML front matter between two lines of "+++", followed by a text/template
// for the user message. A template named "system" in it is the system message. A
// template named after a remedy ("again", "continue", "fields", "extend", "body",
// "schema") replaces the words of that remedy.
//
// Open finds the files; a user's own file overrides a built-in one. Parse reads a
// file. Check reports before the first request whether the input has the columns that
// the prompt needs. Render returns the messages for a topic. A topic is data: template
// actions in it stay text.
//
// Package reply checks replies, and package batch sends the messages.
package prompts
