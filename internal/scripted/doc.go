// Package scripted is a test server with the part of Ollama's protocol that
// nightpress uses. On demand, it does what a real server does once a month: it
// delays replies, fails, hangs, disappears, and returns. By default, it answers
// every request with a reply that meets the built-in contract of blog-post.
//
// It never waits for a fixed time: a test delays replies with Hold, sends them with
// Release, and waits for events with Wait. The behavior of the real server is tested
// on the real server.
package scripted
