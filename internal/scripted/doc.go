// Package scripted is a server that speaks enough of Ollama's protocol for
// nightpress and does on demand what a real one does once a month: it holds
// its replies back, fails, hangs, goes away and comes back. By default it
// answers every request with a reply that meets the built-in contract of
// blog-post.
//
// Nothing in it waits for a time: a test holds replies with Hold, lets them go
// with Release, and waits for what it wants to see with Wait. It is for tests
// alone; how the real server behaves is tested on the real server.
package scripted
