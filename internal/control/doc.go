// Package control is how other processes on this machine see and control a run:
// lines of JSON through the unix socket in its posts folder. A client sends a
// Request, and each is answered with a Reply. After "subscribe", replies with
// snapshots come until one of the two closes the connection.
//
// Version 1 has the verbs of the constants below. A request of another version, or
// with another verb, gets an error. Only the owner of the run can connect and control
// it, but the server still limits the size of lines, the connections, and the time.
package control
