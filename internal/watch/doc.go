// Package watch is the use case of "nightpress watch": it shows a run in progress and
// sends it requests, such as to pause. It reads only the snapshots that the run sends
// (package control).
//
// On a terminal, View draws a screen that keys control. Elsewhere, Lines prints a
// line every second.
package watch
