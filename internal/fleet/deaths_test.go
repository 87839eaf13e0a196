package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// slow answers after a while, or when the test lets it.
func slow(d time.Duration) func(context.Context, llm.Request) (string, error) {
	return func(ctx context.Context, _ llm.Request) (string, error) {
		select {
		case <-time.After(d):
			return wellFormed, nil
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// link is a network between a worker and the server that a test can cut.
type link struct {
	to string
	l  net.Listener
	mu sync.Mutex
	// all are the connections, and cut is set while none is made.
	all []net.Conn
	cut bool
}

func newLink(t testing.TB, to string) *link {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := &link{to: to, l: l}
	t.Cleanup(func() { l.Close(); k.set(true) })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go k.carry(c)
		}
	}()
	return k
}

func (k *link) carry(c net.Conn) {
	k.mu.Lock()
	d, err := net.Dial("tcp", k.to)
	if err != nil || k.cut {
		k.mu.Unlock()
		c.Close()
		return
	}
	k.all = append(k.all, c, d)
	k.mu.Unlock()
	go func() { _, _ = io.Copy(d, c); d.Close() }()
	_, _ = io.Copy(c, d)
	c.Close()
}

func (k *link) set(cut bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.cut = cut
	if cut {
		for _, c := range k.all {
			c.Close()
		}
		k.all = nil
	}
}

func (k *link) url() string { return "nats://worker-token@" + k.l.Addr().String() }

// A coordinator that dies costs no finished post, and no request but for those
// that were in progress.
func TestTheSameRunGoesOnAfterItsCoordinatorDied(t *testing.T) {
	t.Parallel()
	const jobs, deaths, slots = 100, 3, 6
	requests := dying(t, jobs, deaths, slots, func(int, string) {})
	if most := jobs + deaths*slots; requests > most {
		t.Errorf("%d requests, at most %d are right", requests, most)
	}
}

// The queue is transport: the ledger fills it again. Results that waited in it are
// lost with it.
func TestAQueueThatLostItsStoreIsFilledFromTheLedger(t *testing.T) {
	t.Parallel()
	const jobs, slots = 60, 6
	requests := dying(t, jobs, 1, slots, func(_ int, dir string) {
		if err := os.RemoveAll(filepath.Join(dir, "jetstream")); err != nil {
			t.Error(err)
		}
	})
	if most := 2 * jobs; requests > most {
		t.Errorf("%d requests, at most %d are right", requests, most)
	}
}

// dying runs jobs with two workers and a coordinator that dies several times, and
// returns how many requests were made. died is called after each death with the
// folder of the store.
func dying(t *testing.T, jobs, deaths, slots int, died func(death int, dir string)) (requests int) {
	t.Helper()
	dir := t.TempDir()
	s := serve(t, dir, "127.0.0.1:0")
	address := s.Addr.String()
	sink := &memory{}
	working, over := context.WithCancel(t.Context())
	defer over()
	gens := []*generator{{answer: slow(20 * time.Millisecond)}, {answer: slow(20 * time.Millisecond)}}
	var ends []<-chan error
	for i, g := range gens {
		ends = append(ends, work(t, working, fmt.Sprint("w", i), s.url(), &machine{Generator: g, workers: slots / 2}, func(w *Worker) { w.Once = false }))
	}
	for death := range deaths + 1 {
		ctx, die := context.WithCancel(t.Context())
		sink.saved = func(n int) {
			if death < deaths && n >= (death+1)*jobs/(deaths+2) {
				die()
			}
		}
		c := coordinate(t, s)
		c.AckWait = 4 * time.Second
		err := c.Run(ctx, phases(t, jobs, sink.ids(), "a"), sink)
		die()
		if death == deaths {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		s.Close()
		died(death, dir)
		s = serve(t, dir, address)
	}
	// Who was out of reach when the run ended was not told.
	over()
	for _, ended := range ends {
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, errNotSent) {
			t.Error(err)
		}
	}
	sink.once(t, jobs, record.Done)
	requests = gens[0].count() + gens[1].count()
	t.Logf("%d requests for %d jobs", requests, jobs)
	return requests
}

// A tunnel accepts connections while its other end is away.
func TestAWorkerWaitsForACoordinatorThatIsNotThereYet(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	k := newLink(t, s.Addr.String())
	k.set(true)
	waits := make(chan struct{}, 100)
	ended := work(t, t.Context(), "w", k.url(), &machine{Generator: &generator{}, workers: 1}, func(w *Worker) {
		w.Note = func(string, ...any) { waits <- struct{}{} }
	})
	<-waits
	k.set(false)
	c, sink := coordinate(t, s), &memory{}
	if err := c.Run(t.Context(), phases(t, 3, nil, "a"), sink); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	sink.once(t, 3, record.Done)
}

// A worker that is gone costs its jobs in progress, and no attempt.
func TestTheJobsOfALostWorkerGoToOthers(t *testing.T) {
	t.Parallel()
	const jobs = 40
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	c.AckWait = time.Second
	k := newLink(t, s.Addr.String())
	stuck := make(chan struct{}, 100)
	lost := &generator{answer: func(ctx context.Context, _ llm.Request) (string, error) {
		stuck <- struct{}{}
		<-ctx.Done()
		return "", context.Cause(ctx)
	}}
	ctx, kill := context.WithCancel(t.Context())
	lostEnds := work(t, ctx, "lost", k.url(), &machine{Generator: lost, workers: 3}, nil)
	other := &generator{}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, jobs, nil, "a"), sink) }()
	for range 3 {
		<-stuck
	}
	k.set(true) // as a kill: nothing arrives any more
	kill()
	otherEnds := work(t, t.Context(), "other", s.url(), &machine{Generator: other, workers: 3}, nil)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := <-otherEnds; err != nil {
		t.Error(err)
	}
	<-lostEnds
	sink.once(t, jobs, record.Done)
	if lost.count() != 3 || other.count() != jobs || c.Counts.Redelivered != 3 {
		t.Errorf("%d and %d requests, %+v", lost.count(), other.count(), c.Counts)
	}
	for _, all := range sink.results {
		if len(all[0].Attempts) != 1 {
			t.Fatalf("a job has %d attempts", len(all[0].Attempts))
		}
	}
}

// An acknowledgment is no fence: the queue accepts that of a worker whose job was
// given to another one. The delivery count is.
func TestAResultThatComesAfterItsJobWentToAnotherWorkerIsDropped(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	c.AckWait = time.Second
	k := newLink(t, s.Addr.String())
	begun, finish := make(chan struct{}), make(chan struct{})
	late := &generator{answer: func(context.Context, llm.Request) (string, error) {
		close(begun)
		<-finish
		return wellFormed, nil
	}}
	lateEnds := work(t, t.Context(), "late", k.url(), &machine{Generator: late, workers: 1}, func(w *Worker) { w.Once = false })
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, 1, nil, "a"), sink) }()
	<-begun
	k.set(true)
	second, done := make(chan struct{}), make(chan struct{})
	other := &generator{answer: func(context.Context, llm.Request) (string, error) {
		close(second)
		<-done
		return wellFormed, nil
	}}
	otherEnds := work(t, t.Context(), "other", s.url(), &machine{Generator: other, workers: 1}, nil)
	<-second
	k.set(false)
	close(finish)
	// The other one is done once the late result was dropped.
	waitFor(t, func() bool { return c.late.Load() > 0 })
	close(done)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for _, one := range []<-chan error{lateEnds, otherEnds} {
		if err := <-one; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 1, record.Done)
	for _, all := range sink.results {
		if all[0].Server != "other" || c.Counts.Late != 1 {
			t.Errorf("the post is of %s, %+v", all[0].Server, c.Counts)
		}
	}
}

// waitFor waits until something is true that no message tells.
func waitFor(t *testing.T, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come true")
		}
	}
}

// A consumer that fetches ahead keeps jobs from others.
func TestABusyWorkerTakesNoJobsAhead(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	begun, finish := make(chan struct{}), make(chan struct{})
	busy := &generator{answer: func(context.Context, llm.Request) (string, error) {
		close(begun)
		<-finish
		return wellFormed, nil
	}}
	busyEnds := work(t, t.Context(), "busy", s.url(), &machine{Generator: busy, workers: 1}, nil)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, 30, nil, "a"), sink) }()
	<-begun
	free := &generator{}
	freeEnds := work(t, t.Context(), "free", s.url(), &machine{Generator: free, workers: 1}, nil)
	waitFor(t, func() bool { return free.count() == 29 })
	close(finish)
	for _, one := range []<-chan error{ended, busyEnds, freeEnds} {
		if err := <-one; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 30, record.Done)
}

// A prompt that crashes a model wherever it runs is not passed around forever.
func TestAJobThatCrashesAModelOnTwoMachinesIsRejected(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	crash := func(context.Context, llm.Request) (string, error) {
		return "", &llm.Fault{Kind: llm.FaultRetry, Trouble: llm.Crash, Err: errors.New("the runner ended")}
	}
	// The first machine loses its server after the crash, and gives the job back.
	away := &generator{answer: crash}
	first := &machine{Generator: goneAfterCrash{away}, workers: 1}
	second := &generator{answer: crash}
	stop := make(chan struct{})
	firstEnds := work(t, t.Context(), "first", s.url(), first, func(w *Worker) { w.Stop = stop })
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, 1, nil, "a"), sink) }()
	waitFor(t, func() bool { return away.count() == 1 && c.returned.Load() == 1 })
	close(stop)
	<-firstEnds
	secondEnds := work(t, t.Context(), "second", s.url(), &machine{Generator: second, workers: 1}, nil)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	<-secondEnds
	sink.once(t, 1, record.Rejected)
	if away.count() != 1 || second.count() != 1 {
		t.Errorf("%d and %d requests", away.count(), second.count())
	}
}

// goneAfterCrash is away once it was asked for a reply.
type goneAfterCrash struct{ *generator }

func (g goneAfterCrash) Load(context.Context, llm.Model) error {
	if g.count() > 0 {
		return &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
	}
	return nil
}

func (g goneAfterCrash) Probe(ctx context.Context) error { return g.Load(ctx, llm.Model{}) }

var _ batch.Sink = (*memory)(nil)
