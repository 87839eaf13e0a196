package fleet

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

func survey(t *testing.T, s *Server, models ...string) *Survey {
	return &Survey{
		Server: s, Admin: "admin-token", Prefix: "np", Version: "1", Models: models, Patience: time.Minute, Now: time.Now,
		Note: func(format string, args ...any) { t.Logf(stamp()+" survey: "+format, args...) },
	}
}

// A coordinator without a model server learns from its workers what the models are.
func TestTheFirstWorkerThatHasAModelSaysWhatItIs(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	gens := []*generator{{}, {}}
	first := work(t, t.Context(), "first", s.url(), &machine{Generator: gens[0], workers: 1, lacks: []string{"b"}}, func(w *Worker) { w.Once = false })
	second := work(t, t.Context(), "second", s.url(), &machine{Generator: gens[1], workers: 1, lacks: []string{"a"}}, func(w *Worker) { w.Once = false })
	offers, err := survey(t, s, "a", "b").Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b"} {
		if o := offers[name]; o.Identity != hash([]byte(name)) || o.Manifest == "" {
			t.Errorf("%s: %+v", name, o)
		}
	}
	c, sink := coordinate(t, s), &memory{}
	if err := c.Run(t.Context(), phases(t, 5, nil, "a", "b"), sink); err != nil {
		t.Fatal(err)
	}
	for _, one := range []<-chan error{first, second} {
		if err := <-one; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 10, record.Done)
	if gens[0].count() != 5 || gens[1].count() != 5 {
		t.Errorf("%d and %d requests", gens[0].count(), gens[1].count())
	}
}

// A coordinator that begins again asks first. Workers go on meanwhile.
func TestASurveyDisturbsNoPostThatIsUnderWay(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	g := newGate()
	workerEnds := work(t, t.Context(), "w", s.url(), &machine{Generator: g, workers: 2}, func(w *Worker) { w.Once = false })
	ctx, die := context.WithCancel(t.Context())
	sink := &memory{}
	died := make(chan error, 1)
	c := coordinate(t, s)
	c.AckWait = 10 * time.Second
	go func() { died <- c.Run(ctx, phases(t, 2, nil, "a"), sink) }()
	for range 2 {
		<-g.begun
	}
	die()
	<-died
	if _, err := survey(t, s, "a").Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(g.finish)
	c = coordinate(t, s)
	c.AckWait = 10 * time.Second
	if err := c.Run(t.Context(), phases(t, 2, sink.ids(), "a"), sink); err != nil {
		t.Fatal(err)
	}
	if err := <-workerEnds; err != nil {
		t.Error(err)
	}
	sink.once(t, 2, record.Done)
	if g.count() != 2 {
		t.Errorf("%d requests", g.count())
	}
}

func TestASurveyEnds(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	stop := make(chan struct{})
	close(stop)
	for _, test := range []struct {
		change func(*Survey)
		want   error
	}{
		{func(v *Survey) { v.Stop = stop }, batch.ErrStopped},
		{func(v *Survey) { v.Until = time.Now().Add(-time.Second) }, batch.ErrUntil},
		{func(v *Survey) { v.Patience = time.Nanosecond }, batch.ErrPatience},
	} {
		v := survey(t, s, "a")
		test.change(v)
		if _, err := v.Run(t.Context()); !errors.Is(err, test.want) {
			t.Errorf("%v, want %v", err, test.want)
		}
	}
}

func TestHostileOffersAreDropped(t *testing.T) {
	t.Parallel()
	sum := hash([]byte("a"))
	for what, o := range map[string]Offer{
		"no manifest":     {Name: "a"},
		"a path":          {Name: "a", Manifest: "../../etc/passwd"},
		"an escape":       {Name: "a", Manifest: sum, Identity: "\x1b[2J"},
		"a long name":     {Name: strings.Repeat("a", 1000), Manifest: sum},
		"a large window":  {Name: "a", Manifest: sum, ContextLength: 1 << 40},
		"an object":       {Name: "a", Manifest: sum, Sampling: map[string]any{"x": map[string]any{}}},
		"a long value":    {Name: "a", Manifest: sum, Sampling: map[string]any{"x": strings.Repeat("a", 1000)}},
		"many parameters": {Name: "a", Manifest: sum, Sampling: many(1000)},
	} {
		if o.check() == nil {
			t.Errorf("%s is accepted", what)
		}
	}
	if o := (Offer{Name: "a", Manifest: sum, Identity: sum, Sampling: map[string]any{"stop": []any{"x"}, "top_k": 40.0}}); o.check() != nil {
		t.Error(o.check())
	}
}

func many(n int) map[string]any {
	all := map[string]any{}
	for i := range n {
		all[hash([]byte{byte(i), byte(i >> 8)})] = i
	}
	return all
}

// A model that writes nothing that can be used does not cost the whole night.
func TestAModelWhoseFirstPostsAreAllRejectedIsSetAsideInAFleet(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	c.Attempts, c.MaxRejected = 1, 4
	var reason error
	aside := make(chan struct{})
	c.Events = func(ev batch.Event) {
		if ev, is := ev.(batch.Unusable); is {
			reason = ev.Reason
			close(aside)
		}
	}
	var bad atomic.Int32
	g := &generator{answer: func(ctx context.Context, req llm.Request) (string, error) {
		if req.Model.Label == "bad" {
			// This model takes no time: on a busy machine it is ahead of the coordinator.
			if bad.Add(1) > 10 {
				select {
				case <-aside:
				case <-ctx.Done():
					return "", ctx.Err()
				}
			}
			return "no title\n\n</END>", nil
		}
		return wellFormed, nil
	}}
	workerEnds := work(t, t.Context(), "w", s.url(), &machine{Generator: g, workers: 1}, nil)
	if err := c.Run(t.Context(), phases(t, 60, nil, "bad", "good"), sink); err != nil {
		t.Fatal(err)
	}
	if err := <-workerEnds; err != nil {
		t.Error(err)
	}
	by := map[string]map[record.Status]int{"bad": {}, "good": {}}
	for _, all := range sink.results {
		by[all[0].Label][all[0].Status]++
	}
	rejected := by["bad"][record.Rejected]
	if rejected < 4 || rejected > 20 || by["bad"][record.SetAside] != 60-rejected || by["good"][record.Done] != 60 {
		t.Errorf("%v", by)
	}
	if all := new(batch.AllRejectedError); !errors.As(reason, &all) {
		t.Errorf("the reason is %v", reason)
	}
}
