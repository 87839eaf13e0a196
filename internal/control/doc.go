// Package control is how other processes on this machine see and control a run:
// lines of JSON through the unix socket in its posts folder. A client sends a
// Request, and each is answered with a Reply. After "subscribe", replies with
// snapshots come until one of the two closes the connection.
//
// Version 1 has the verbs of the constants below. A request of another version, or
// with another verb, is answered with an error. Whoever can connect is the owner of
// the run, and is trusted to control it, but not to be a friend: lines, connections,
// and times are bounded.
package control
