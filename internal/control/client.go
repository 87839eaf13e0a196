package control

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"time"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/live"
)

// ErrGone is the end of a run that said nothing of it: it was killed.
var ErrGone = errors.New("the run is gone and did not say how it ended")

// Ask sends a request and returns the reply. It closes the connection. What the run
// refuses is an error, with the run's hint.
func Ask(conn net.Conn, req Request) (*Reply, error) {
	defer conn.Close()
	c := newClient(conn)
	if err := c.send(req); err != nil {
		return nil, err
	}
	return c.receive(within)
}

// Follow subscribes to a run. It yields a snapshot about every so often, the last
// one of which has Ended set, or an error: ErrGone if the run was killed. It closes
// the connection when the context or the loop ends.
func Follow(ctx context.Context, conn net.Conn, every time.Duration) iter.Seq2[*live.Snapshot, error] {
	return func(yield func(*live.Snapshot, error) bool) {
		defer conn.Close()
		defer context.AfterFunc(ctx, crash.Caught(func() { _ = conn.Close() }, func(error) {}))()
		c := newClient(conn)
		err := c.send(Request{Do: Subscribe, EveryMS: int(every.Milliseconds())})
		for err == nil {
			var reply *Reply
			// A machine that sleeps sends nothing, and nothing arrives.
			if reply, err = c.receive(every + time.Minute); err != nil {
				break
			}
			if reply.Snapshot == nil {
				err = &malformedError{errors.New("no snapshot")}
				break
			}
			if !yield(reply.Snapshot, nil) || reply.Snapshot.Ended != nil {
				return
			}
		}
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		yield(nil, err)
	}
}

// client is one side of a connection.
type client struct {
	conn net.Conn
	r    *bufio.Reader
}

func newClient(conn net.Conn) *client { return &client{conn, bufio.NewReader(conn)} }

func (c *client) send(req Request) error {
	req.Version = Version
	err := writeLine(c.conn, req, within)
	if isGone(err) {
		return nil // what it said before, if anything, can still be read
	}
	if err != nil {
		return fmt.Errorf("the run did not accept the request: %w", err)
	}
	return nil
}

func (c *client) receive(limit time.Duration) (*Reply, error) {
	if err := c.conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return nil, err
	}
	reply := &Reply{}
	err := readLine(c.r, mostReply, reply)
	switch {
	case errors.Is(err, io.EOF), isGone(err):
		return nil, ErrGone
	case err != nil:
		return nil, fmt.Errorf("the run does not answer: %w", err)
	case reply.Error != "":
		return nil, hint.Wrap(errors.New(reply.Error), reply.Hint)
	}
	return reply, nil
}

// isGone reports whether an error says that the other side closed the connection.
func isGone(err error) bool {
	broken, ok := errors.AsType[*net.OpError](err)
	return ok && !broken.Timeout()
}
