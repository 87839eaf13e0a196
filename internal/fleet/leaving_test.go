package fleet

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// admin is a connection that may do everything.
func admin(t *testing.T, s *Server) jetstream.JetStream {
	t.Helper()
	nc, err := nats.Connect("", nats.InProcessServer(s.s), nats.Token("admin-token"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// streams are the names of what the server stores.
func streams(t *testing.T, js jetstream.JetStream) (all []string) {
	t.Helper()
	list := js.StreamNames(t.Context())
	for name := range list.Name() {
		all = append(all, name)
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// jobs is the queue of the only model.
func jobsOf(t *testing.T, js jetstream.JetStream) (queue jetstream.Consumer) {
	t.Helper()
	waitFor(t, func() bool {
		stream, err := js.Stream(t.Context(), "np-jobs")
		if err != nil {
			return false
		}
		for name := range stream.ConsumerNames(t.Context()).Name() {
			queue, err = stream.Consumer(t.Context(), name)
			return err == nil
		}
		return false
	})
	return queue
}

// gate is a generator that says when a request begins, and answers when it may.
type gate struct {
	generator
	begun, finish chan struct{}
}

func newGate() *gate {
	g := &gate{begun: make(chan struct{}, 100), finish: make(chan struct{})}
	g.answer = func(ctx context.Context, _ llm.Request) (string, error) {
		g.begun <- struct{}{}
		select {
		case <-g.finish:
			return wellFormed, nil
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
	return g
}

// The first Ctrl-C lets posts finish. The other worker is given the rest at once, and
// not when the first one counts as lost.
func TestAWorkerThatStopsFinishesItsPosts(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	c.AckWait = time.Hour // who waits for it waits forever
	g := newGate()
	stop := make(chan struct{})
	stopped := work(t, t.Context(), "stopped", s.url(), &machine{Generator: g, workers: 3}, func(w *Worker) { w.Stop = stop })
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, 10, nil, "a"), sink) }()
	for range 3 {
		<-g.begun
	}
	close(stop)
	close(g.finish)
	if err := <-stopped; !errors.Is(err, batch.ErrStopped) {
		t.Errorf("it ended with %v", err)
	}
	other := &generator{}
	otherEnds := work(t, t.Context(), "other", s.url(), &machine{Generator: other, workers: 3}, nil)
	for _, one := range []<-chan error{ended, otherEnds} {
		if err := <-one; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 10, record.Done)
	if g.count() != 3 || other.count() != 7 || c.Counts.Redelivered > 1 {
		t.Errorf("%d and %d requests, %+v", g.count(), other.count(), c.Counts)
	}
}

// The second Ctrl-C cancels the posts. They go to others at once as well.
func TestTheJobsOfACanceledWorkerGoToOthersAtOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	c.AckWait = time.Hour // who waits for it waits forever
	g := newGate()
	ctx, cancel := context.WithCancel(t.Context())
	canceled := work(t, ctx, "canceled", s.url(), &machine{Generator: g, workers: 3}, nil)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, 10, nil, "a"), sink) }()
	for range 3 {
		<-g.begun
	}
	cancel()
	if err := <-canceled; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	other := &generator{}
	otherEnds := work(t, t.Context(), "other", s.url(), &machine{Generator: other, workers: 3}, nil)
	for _, one := range []<-chan error{ended, otherEnds} {
		if err := <-one; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 10, record.Done)
	if g.count() != 3 || other.count() != 10 {
		t.Errorf("%d and %d requests", g.count(), other.count())
	}
}

func TestADrainedWorkerFinishesItsPostsAndLeaves(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	g := newGate()
	drained := work(t, t.Context(), "big", s.url(), &machine{Generator: g, workers: 2}, func(w *Worker) { w.Once = false })
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, 8, nil, "a"), sink) }()
	for range 2 {
		<-g.begun
	}
	at := Address{URLs: []string{"nats://admin-token@" + s.Addr.String()}}
	if err := Drain(t.Context(), at, "np", "small"); err == nil {
		t.Error("a worker that is not there was drained")
	}
	brief, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := Drain(brief, Address{URLs: []string{s.url()}}, "np", "big"); err == nil {
		t.Error("a worker may drain another one")
	}
	if err := Drain(t.Context(), at, "np", "big"); err != nil {
		t.Fatal(err)
	}
	close(g.finish)
	if err := <-drained; !errors.Is(err, ErrDrained) {
		t.Errorf("it ended with %v", err)
	}
	other := &generator{}
	otherEnds := work(t, t.Context(), "other", s.url(), &machine{Generator: other, workers: 2}, nil)
	for _, one := range []<-chan error{ended, otherEnds} {
		if err := <-one; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 8, record.Done)
	if n := g.count(); n < 2 || n+other.count() != 8 {
		t.Errorf("%d and %d requests", n, other.count())
	}
	if err := Drain(t.Context(), at, "np", "big"); !errors.Is(err, ErrNobody) {
		t.Errorf("after the run: %v", err)
	}
}

// A run that is complete leaves no queue. One that was interrupted keeps it, because
// finished posts may wait there.
func TestACompleteRunLeavesNothingInTheQueue(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	js := admin(t, s)
	stop := make(chan struct{})
	close(stop)
	for _, complete := range []bool{false, true} {
		c := coordinate(t, s)
		if !complete {
			c.Stop = stop
		}
		workerEnds := make(<-chan error)
		if complete {
			workerEnds = work(t, t.Context(), "w", s.url(), &machine{Generator: &generator{}, workers: 1}, nil)
		}
		err := c.Run(t.Context(), phases(t, 5, nil, "a"), &memory{})
		if complete && err != nil || !complete && !errors.Is(err, batch.ErrStopped) {
			t.Fatal(err)
		}
		if all := streams(t, js); complete == (len(all) > 0) {
			t.Errorf("complete: %v, and the server stores %v", complete, all)
		}
		if !complete {
			continue
		}
		if err := <-workerEnds; err != nil {
			t.Error(err)
		}
	}
}

// A worker may hear of the end before it asks for its first job.
func TestAWorkerThatHearsOfTheEndBeforeItsFirstJobEnds(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	looks, over := make(chan struct{}), make(chan struct{})
	late := &machine{Generator: &generator{}, workers: 1, looks: func() {
		close(looks)
		<-over
	}}
	lateEnds := work(t, t.Context(), "late", s.url(), late, nil)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, 3, nil, "a"), sink) }()
	<-looks
	otherEnds := work(t, t.Context(), "other", s.url(), &machine{Generator: &generator{}, workers: 1}, nil)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	close(over)
	for _, ended := range []<-chan error{lateEnds, otherEnds} {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 3, record.Done)
}

// A worker that was out of reach when the run ended ends as soon as it is back.
func TestAWorkerThatComesBackAfterTheEndEnds(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	c.AckWait = 2 * time.Second
	k := newLink(t, s.Addr.String())
	cut := newGate()
	cutEnds := work(t, t.Context(), "cut", k.url(), &machine{Generator: cut, workers: 1}, func(w *Worker) { w.Once, w.Patience = false, time.Hour })
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, 3, nil, "a"), sink) }()
	<-cut.begun
	k.set(true)
	sink.mu.Lock()
	sink.saved = func(n int) {
		if n == 3 {
			k.set(false) // once the run is over, the link is back
			close(cut.finish)
		}
	}
	sink.mu.Unlock()
	otherEnds := work(t, t.Context(), "other", s.url(), &machine{Generator: &generator{}, workers: 1}, nil)
	for _, one := range []<-chan error{ended, otherEnds, cutEnds} {
		if err := <-one; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 3, record.Done)
}

// A coordinator may die after the last result and before its workers know. The next run
// has nothing to do, and tells them.
func TestTheWorkersOfTheLastRunHearThatItIsOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir, "127.0.0.1:0")
	address := s.Addr.String()
	c, sink := coordinate(t, s), &memory{}
	ctx, die := context.WithCancel(t.Context())
	sink.saved = func(n int) {
		if n == 2 {
			die() // its other jobs are not asked for again
		}
	}
	var last []live.Member
	c.Roster = func(all []live.Member) { last = all }
	workerEnds := work(t, t.Context(), "w", s.url(), &machine{Generator: &generator{answer: slow(time.Second)}, workers: 1}, func(w *Worker) { w.Once, w.Patience = false, time.Hour })
	if err := c.Run(ctx, phases(t, 3, nil, "a"), sink); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	s.Close()
	if len(last) != 1 || last[0].Left {
		t.Fatalf("%+v", last)
	}
	again := coordinate(t, serve(t, dir, address))
	again.Before = last
	again.Roster = func(all []live.Member) { last = all }
	if err := again.Run(t.Context(), phases(t, 2, sink.ids(), "a"), sink); err != nil {
		t.Fatal(err)
	}
	if err := <-workerEnds; err != nil {
		t.Error(err)
	}
	sink.once(t, 2, record.Done)
	if len(last) != 1 || !last[0].Left {
		t.Errorf("the next run would wait for %+v", last)
	}
}

// Where the NATS server is another process, it is there after the run. A worker that
// comes back much later sees that the queue is gone.
func TestAWorkerSeesThatTheQueueIsGone(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c := coordinate(t, s)
	ctx, kill := context.WithCancel(t.Context())
	said := make(chan string, 100)
	workerEnds := work(t, t.Context(), "w", s.url(), &machine{Generator: newGate(), workers: 1}, func(w *Worker) {
		w.Once, w.Patience = false, time.Hour
		w.Note = func(format string, args ...any) { said <- fmt.Sprintf(format, args...) }
	})
	joined := make(chan struct{})
	c.Note = func(string, ...any) { close(joined) }
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, phases(t, 1, nil, "a"), &memory{}) }()
	<-joined
	js := admin(t, s)
	waitFor(t, func() bool { q, err := jobsOf(t, js).Info(t.Context()); return err == nil && q.NumAckPending == 1 })
	kill()
	<-ended
	if err := js.DeleteStream(t.Context(), "np-jobs"); err != nil {
		t.Fatal(err)
	}
	<-said
	if err := <-workerEnds; err != nil {
		t.Error(err)
	}
}

// A job with which ten workers were lost may be the reason.
func TestAJobWithWhichTenWorkersWereLostIsRejected(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	c.AckWait = 200 * time.Millisecond
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, 1, nil, "a"), sink) }()
	queue := jobsOf(t, admin(t, s))
	for n := range mostLost {
		m, err := queue.Next(jetstream.FetchMaxWait(10 * time.Second)) // and nothing is heard of it again
		if err != nil {
			t.Fatal(err)
		}
		if meta, err := m.Metadata(); err != nil || meta.NumDelivered != uint64(n+1) {
			t.Fatalf("delivery %d is %+v, %v", n+1, meta, err)
		}
	}
	g := &generator{}
	workerEnds := work(t, t.Context(), "eleventh", s.url(), &machine{Generator: g, workers: 1}, nil)
	for _, one := range []<-chan error{ended, workerEnds} {
		if err := <-one; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 1, record.Rejected)
	if g.count() != 0 {
		t.Errorf("it was requested %d times", g.count())
	}
}

// The queue counts the deliveries of a job that it lost anew, from 1.
func TestAJobThatTheQueueLostAfterTwoDeliveriesIsDone(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	c.AckWait = 500 * time.Millisecond
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, 1, nil, "a"), sink) }()
	js := admin(t, s)
	if _, err := jobsOf(t, js).Next(jetstream.FetchMaxWait(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	k := newLink(t, s.Addr.String())
	second := newGate()
	ctx, kill := context.WithCancel(t.Context())
	secondEnds := work(t, ctx, "second", k.url(), &machine{Generator: second, workers: 1}, nil)
	<-second.begun // it claimed the job as the second delivery
	k.set(true)
	kill()
	<-secondEnds
	stream, err := js.Stream(t.Context(), "np-jobs")
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	third := &generator{}
	thirdEnds := work(t, t.Context(), "third", s.url(), &machine{Generator: third, workers: 1}, nil)
	for _, one := range []<-chan error{ended, thirdEnds} {
		if err := <-one; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 1, record.Done)
	if third.count() != 1 || c.Counts.Lost != 1 {
		t.Errorf("%d requests, %+v", third.count(), c.Counts)
	}
}

// The queue of a run that died may hold jobs that the next run does not ask for.
func TestOnlyTheJobsOfTheRunAreRequested(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	ctx, die := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- coordinate(t, s).Run(ctx, phases(t, 10, nil, "a"), &memory{}) }()
	queue := jobsOf(t, admin(t, s))
	waitFor(t, func() bool { info, err := queue.Info(t.Context()); return err == nil && info.NumPending == 10 })
	die()
	<-ended
	sink, g := &memory{}, &generator{}
	workerEnds := work(t, t.Context(), "w", s.url(), &machine{Generator: g, workers: 1}, nil)
	if err := coordinate(t, s).Run(t.Context(), phases(t, 3, nil, "a"), sink); err != nil {
		t.Fatal(err)
	}
	if err := <-workerEnds; err != nil {
		t.Error(err)
	}
	sink.once(t, 3, record.Done)
	if g.count() != 3 {
		t.Errorf("%d requests", g.count())
	}
}

// A worker with a limit, or whose time is over, leaves the rest to others.
func TestAWorkerEndsAtItsLimits(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, 6, nil, "a"), sink) }()
	limited, late, rest := &generator{}, &generator{}, &generator{}
	if err := <-work(t, t.Context(), "limited", s.url(), &machine{Generator: limited, workers: 1}, func(w *Worker) { w.Limit = 2 }); !errors.Is(err, batch.ErrLimit) {
		t.Errorf("with a limit: %v", err)
	}
	if err := <-work(t, t.Context(), "late", s.url(), &machine{Generator: late, workers: 1}, func(w *Worker) { w.Until = time.Now() }); !errors.Is(err, batch.ErrUntil) {
		t.Errorf("too late: %v", err)
	}
	restEnds := work(t, t.Context(), "rest", s.url(), &machine{Generator: rest, workers: 1}, nil)
	for _, one := range []<-chan error{ended, restEnds} {
		if err := <-one; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 6, record.Done)
	if limited.count() != 2 || late.count() != 0 || rest.count() != 4 {
		t.Errorf("%d, %d, and %d requests", limited.count(), late.count(), rest.count())
	}
}
