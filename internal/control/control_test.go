package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/live"
)

// run is a run that notes what it is told.
type run struct {
	mu    sync.Mutex
	asked []Request
	ended *live.Ended
	pairs []live.Pair
}

func (r *run) Snapshot() *live.Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &live.Snapshot{Event: "snapshot", Version: 1, Out: "posts", Tokens: len(r.asked), Ended: r.ended, Pairs: r.pairs}
}

func (r *run) Do(req Request) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch req.Do {
	case Pause:
		r.asked = append(r.asked, req)
		return "paused", nil
	case Drain:
		return "", hint.Wrap(errors.New("no server is called attic"), "the servers are big and small")
	}
	return "", ErrUnknown
}

// serve serves a run, and returns what connects to it.
func serve(t *testing.T, r *run) (s *Server, dial func() net.Conn) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s = Serve(l, r)
	return s, func() net.Conn {
		t.Helper()
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
}

func TestARequestIsAnsweredWithWhatIsSoThen(t *testing.T) {
	r := &run{}
	s, dial := serve(t, r)
	defer s.Close()
	reply, err := Ask(dial(), Request{Do: Pause, Unload: true})
	if err != nil || reply.Message != "paused" || reply.Snapshot == nil || reply.Snapshot.Tokens != 1 || !r.asked[0].Unload {
		t.Errorf("%+v, %v", reply, err)
	}
	if reply, err := Ask(dial(), Request{Do: Snapshot}); err != nil || reply.Snapshot == nil || reply.Message != "" {
		t.Errorf("%+v, %v", reply, err)
	}
	_, err = Ask(dial(), Request{Do: Drain, Server: "attic"})
	if err == nil || err.Error() != "no server is called attic" || strings.Join(hint.Of(err), "") != "the servers are big and small" {
		t.Errorf("error: %v, hints %v", err, hint.Of(err))
	}
}

// A hundred machines and a hundred models make a snapshot of megabytes.
func TestALargeSnapshotArrives(t *testing.T) {
	r := &run{pairs: make([]live.Pair, 100*100)}
	s, dial := serve(t, r)
	defer s.Close()
	reply, err := Ask(dial(), Request{Do: Pause})
	if err != nil || len(reply.Snapshot.Pairs) != len(r.pairs) {
		t.Errorf("%v", err)
	}
}

// Whatever is sent, an answer comes or the connection is closed, and the next
// client is served.
func TestHostilePeers(t *testing.T) {
	r := &run{}
	s, dial := serve(t, r)
	defer s.Close()
	for name, c := range map[string]struct{ send, want string }{
		"an unknown verb":      {`{"v":1,"do":"format"}`, `no such verb: \"format\"`},
		"no verb":              {`{"v":1}`, "no such verb"},
		"a newer version":      {`{"v":2,"do":"pause"}`, "the run speaks version 1"},
		"no version":           {`{"do":"pause"}`, "the run speaks version 1"},
		"no JSON":              {`GET / HTTP/1.1`, "the line is no request"},
		"another type":         {`[1,2,3]`, "the line is no request"},
		"a wrong type":         {`{"v":1,"do":7}`, "the line is no request"},
		"an empty line":        {``, "the line is no request"},
		"a line without end":   {strings.Repeat("x", 64<<10), "the line is too long"},
		"a very long verb":     {`{"v":1,"do":"` + strings.Repeat("x", 3000) + `"}`, "no such verb"},
		"control characters":   {"{\"v\":1,\"do\":\"\x1b[2J\"}", "the line is no request"},
		"an unknown key":       {`{"v":1,"do":"pause","x":{"y":[]}}`, `"said":"paused"`},
		"a deep value":         {`{"v":1,"x":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `}`, "no such verb"},
		"a second JSON object": {`{"v":1,"do":"pause"}{"v":1}`, "the line is no request"},
	} {
		conn := dial()
		// What is too long is not read to its end, so that the rest may fail.
		_, _ = io.WriteString(conn, c.send+"\n")
		line, err := bufio.NewReader(conn).ReadString('\n')
		if !strings.Contains(line, c.want) || !json.Valid([]byte(line)) {
			t.Errorf("%s is answered with %.200q (%v), want %q", name, line, err, c.want)
		}
		conn.Close()
	}
	if _, err := Ask(dial(), Request{Do: Pause}); err != nil {
		t.Errorf("the next client: %v", err)
	}
}

func TestOneClientSendsManyRequests(t *testing.T) {
	s, dial := serve(t, &run{})
	defer s.Close()
	c := newClient(dial())
	for range 100 {
		if err := c.send(Request{Do: Pause}); err != nil {
			t.Fatal(err)
		}
		if reply, err := c.receive(within); err != nil || reply.Message != "paused" {
			t.Fatalf("%+v, %v", reply, err)
		}
	}
}

func TestMoreClientsThanMayConnectAreRefusedInWords(t *testing.T) {
	s, dial := serve(t, &run{})
	defer s.Close()
	for range mostClients {
		// An answer says that the client is served, and no longer about to be.
		c := newClient(dial())
		if err := c.send(Request{Do: Snapshot}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.receive(within); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := newClient(dial()).receive(within); err == nil || !strings.Contains(err.Error(), "others are connected") {
		t.Errorf("error: %v", err)
	}
}

func TestWhoeverFollowsARunSeesItsEnd(t *testing.T) {
	r := &run{}
	s, dial := serve(t, r)
	var seen []*live.Snapshot
	for snapshot, err := range Follow(t.Context(), dial(), leastEvery) {
		if err != nil {
			t.Fatal(err)
		}
		if seen = append(seen, snapshot); len(seen) == 2 {
			r.mu.Lock()
			r.ended = &live.Ended{ExitCode: 3}
			r.mu.Unlock()
			// A client that does not read must not hold the run up.
			idle := newClient(dial())
			if err := idle.send(Request{Do: Subscribe, EveryMS: 100}); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 2*atEnd {
				t.Errorf("the end took %s", took)
			}
		}
	}
	if last := seen[len(seen)-1]; len(seen) < 3 || last.Ended == nil || last.Ended.ExitCode != 3 {
		t.Errorf("%d snapshots, the last %+v", len(seen), last)
	}
}

func TestARunThatIsKilledIsSaidToBeGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		conn, err := l.Accept()
		if err == nil {
			_ = writeLine(conn, Reply{Version: Version, Snapshot: &live.Snapshot{}}, within)
			conn.Close()
		}
	}()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err = range Follow(t.Context(), conn, time.Second) {
		n++
	}
	if n != 2 || !errors.Is(err, ErrGone) {
		t.Errorf("%d, %v", n, err)
	}
}

func TestFollowingEndsWithItsContext(t *testing.T) {
	s, dial := serve(t, &run{})
	defer s.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	stop := errors.New("stop")
	var last error
	for _, err := range Follow(ctx, dial(), time.Hour) {
		last = err
		cancel(stop)
	}
	if !errors.Is(last, stop) {
		t.Errorf("error: %v", last)
	}
}
