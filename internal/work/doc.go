// Package work is the use case of a worker of a fleet: it connects to this
// machine's servers and works for a coordinator until it is told to stop. It
// writes no file.
package work
