// Package prompts holds the prompts: each a template plus the contract that
// replies to it are held to, in one file that a writer can edit.
//
// A file is TOML front matter between two lines of "+++", then a text/template
// that becomes the user message. A template named "system" in it becomes the
// system message, one named after a remedy ("again", "continue", "fields", "extend",
// "body", "schema") the words for it. Open finds the files (a user's own wins over a built-in one), Parse reads one, Check tells
// before the first request whether the input has what it needs, and Render
// makes the messages for a topic. A topic is data: what looks like a template
// in it stays text.
//
// Judging replies is left to package reply, sending messages to package batch.
package prompts
