package control

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/nightpress/nightpress/internal/live"
)

// Version is that of the protocol.
const Version = 1

// The verbs.
const (
	// Snapshot asks for the run as it is now, Subscribe for that again and again,
	// until the run is over.
	Snapshot  = "snapshot"
	Subscribe = "subscribe"
	// Pause begins no more posts; with Request.Unload, the models leave the
	// servers' memory. Resume goes on.
	Pause  = "pause"
	Resume = "resume"
	// Workers sets Request.Workers at Request.Server, or at every server.
	Workers = "workers"
	// Drain has Request.Server take no more posts, and Undrain takes that back.
	Drain   = "drain"
	Undrain = "undrain"
	// Stop ends the run after the posts in progress.
	Stop = "stop"
)

// Request is a line from a client. Its names are promised.
type Request struct {
	Version int    `json:"v"`
	Do      string `json:"do"`
	Server  string `json:"server,omitempty"`
	Unload  bool   `json:"unload,omitempty"`
	// Workers is a number, "auto", or a change of the present number: "+1", "-1".
	Workers string `json:"workers,omitempty"`
	// EveryMS is the time between two snapshots of a subscription, in
	// milliseconds; 0 is a second.
	EveryMS int `json:"every_ms,omitempty"`
}

// Reply is the answer. Its names are promised.
type Reply struct {
	Version int `json:"v"`
	// Message describes the new state for a person; "" after a verb that changes nothing.
	Message string `json:"said,omitempty"`
	// Error says what is wrong with the request. Hint is what a person can do.
	Error string `json:"error,omitempty"`
	Hint  string `json:"hint,omitempty"`
	// Snapshot is the run after the request.
	Snapshot *live.Snapshot `json:"snapshot,omitempty"`
}

const (
	// mostRequest and mostReply bound a line.
	mostRequest = 4 << 10
	mostReply   = 16 << 20
	// within is how long a peer may take to send or to take a line.
	within = 10 * time.Second
	// atEnd is the same at the end of a run, which nobody may delay.
	atEnd = time.Second
)

// errTooLong is a line that is longer than it may be.
var errTooLong = errors.New("the line is too long")

// readLine reads a line of at most so many bytes.
func readLine(r *bufio.Reader, most int, v any) error {
	var line []byte
	for ended := false; !ended; {
		part, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if ended = err == nil; len(line)+len(part) > most {
			return errTooLong
		}
		line = append(line, part...)
	}
	if err := json.Unmarshal(bytes.TrimSpace(line), v); err != nil {
		return &malformedError{err}
	}
	return nil
}

// malformedError is a line that is not what it should be.
type malformedError struct{ err error }

func (e *malformedError) Error() string { return fmt.Sprintf("the line is no request: %v", e.err) }

// writeLine writes v as a line.
func writeLine(conn net.Conn, v any, within time.Duration) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := conn.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	_, err = conn.Write(append(text, '\n'))
	return err
}
