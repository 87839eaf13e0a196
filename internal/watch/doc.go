// Package watch shows a run while it goes on, and asks it to pause, to go on, to
// change its workers, to drain a server, or to stop. It reads nothing but the
// snapshots that the run sends (package control).
//
// On a terminal, View draws a screen that keys control. Elsewhere, Lines prints a
// line every second.
package watch
