package fleet

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/batchtest"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(floodURL); url != "" {
		if err := beWorkers(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	// The tests wait for deadlines more than they work.
	if err := flag.Set("test.parallel", "8"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const wellFormed = batchtest.WellFormed

// generator is a model server whose answers the test writes. The zero value
// answers each request at once with a post.
type generator struct {
	mu       sync.Mutex
	requests map[string]int // by topic
	answer   func(ctx context.Context, req llm.Request) (string, error)
}

func (g *generator) Load(context.Context, llm.Model) error             { return nil }
func (g *generator) Unload(context.Context, llm.Model) error           { return nil }
func (g *generator) Resident(context.Context, llm.Model) (bool, error) { return false, nil }
func (g *generator) Probe(context.Context) error                       { return nil }

func (g *generator) Generate(ctx context.Context, req llm.Request, fn func(llm.Chunk) error) (llm.Usage, error) {
	g.mu.Lock()
	if g.requests == nil {
		g.requests = map[string]int{}
	}
	g.requests[req.Messages.User]++
	answer := g.answer
	g.mu.Unlock()
	text := wellFormed
	if answer != nil {
		var err error
		if text, err = answer(ctx, req); err != nil {
			return llm.Usage{}, err
		}
	}
	err := fn(llm.Chunk{Content: text})
	if errors.Is(err, llm.ErrStop) || errors.Is(err, llm.ErrAbort) {
		err = nil
	}
	return llm.Usage{DoneReason: "stop", EvalCount: 20}, err
}

func (g *generator) count() (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, one := range g.requests {
		n += one
	}
	return n
}

// machine has one generator for all models.
type machine struct {
	llm.Generator
	workers int
	// lacks are labels of models that it does not have.
	lacks []string
	// looks is called when the machine looks for a model.
	looks func()
}

func (m *machine) Find(_ context.Context, model Model) (string, error) {
	if m.looks != nil {
		m.looks()
	}
	if slices.Contains(m.lacks, model.Label) {
		return "", fmt.Errorf("model %s is not here", model.Name)
	}
	return model.Name, nil
}

func (m *machine) Describe(ctx context.Context, name string) (Offer, error) {
	_, err := m.Find(ctx, Model{Name: name, Label: name})
	return Offer{Name: name, Identity: hash([]byte(name)), Manifest: hash([]byte(name))}, err
}

func (m *machine) Lanes(context.Context, Model, string) []batch.Lane {
	return []batch.Lane{{Generator: m, Workers: m.workers}}
}

func (m *machine) Addresses() []string { return []string{"127.0.0.1:11434"} }

// memory is a sink that keeps results, also over several coordinators.
type memory struct {
	mu       sync.Mutex
	results  map[string][]*record.Result
	attempts int
	// saved is called after each result with the number of jobs that have one.
	saved func(n int)
}

func (m *memory) SaveAttempt(context.Context, *batch.Job, *record.Attempt) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attempts++
	return nil
}

func (m *memory) Put(_ context.Context, r *record.Result) error {
	m.mu.Lock()
	if m.results == nil {
		m.results = map[string][]*record.Result{}
	}
	m.results[r.ID] = append(m.results[r.ID], r)
	n := len(m.results)
	m.mu.Unlock()
	if m.saved != nil {
		m.saved(n)
	}
	return nil
}

// ids are the jobs that have a result.
func (m *memory) ids() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Keys(m.results))
}

// once fails the test unless each of n jobs has one result of the status.
func (m *memory) once(t *testing.T, n int, want record.Status) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.results) != n {
		t.Errorf("%d jobs have a result, want %d", len(m.results), n)
	}
	for id, all := range m.results {
		if len(all) != 1 || all[0].Status != want {
			t.Errorf("job %s has %d results, the first is %s: %s", id[:8], len(all), all[0].Status, all[0].Reason)
			return
		}
	}
}

// phases are n jobs for each of the models but those in done.
func phases(t testing.TB, n int, done []string, models ...string) iter.Seq2[*batch.Phase, error] {
	t.Helper()
	has := map[string]bool{}
	for _, id := range done {
		has[id] = true
	}
	return func(yield func(*batch.Phase, error) bool) {
		for p, err := range batchtest.Phases(t, n, models...) {
			all := p.Jobs
			p.Jobs = func(yield func(*batch.Job, error) bool) {
				for j, err := range all {
					if (err != nil || !has[j.ID]) && !yield(j, err) {
						return
					}
				}
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// serve starts an embedded server that ends with the test.
func serve(t testing.TB, dir, listen string) *Server {
	t.Helper()
	s, err := Serve(ServerOptions{Dir: dir, Listen: listen, Token: "worker-token", Admin: "admin-token", Prefix: "np", Trouble: func(text string) { t.Log("nats:", text) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func (s *Server) url() string { return "nats://worker-token@" + s.Addr.String() }

func coordinate(t testing.TB, s *Server) *Coordinator {
	return &Coordinator{
		Server: s, Admin: "admin-token", Prefix: "np", Folder: "folder", Version: "1", Attempts: 3,
		Look: func(label string) (string, string) { return label, label },
		Note: func(format string, args ...any) { t.Logf(stamp()+" coordinator: "+format, args...) },
	}
}

// work starts a worker, and returns how it ends.
func work(t testing.TB, ctx context.Context, name, url string, m *machine, change func(*Worker)) <-chan error {
	w := &Worker{
		Address: Address{URLs: []string{url}}, Prefix: "np", Name: name, Machine: name, Version: "1", Servers: m, Once: true, Patience: time.Minute,
		Note: func(format string, args ...any) { t.Logf(stamp()+" "+name+": "+format, args...) },
	}
	if change != nil {
		change(w)
	}
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	return ended
}

func TestWorkersWriteThePostsOfARun(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	gens := []*generator{{}, {}, {}}
	var ends []<-chan error
	for i, g := range gens {
		ends = append(ends, work(t, t.Context(), fmt.Sprint("w", i), s.url(), &machine{Generator: g, workers: 2}, nil))
	}
	if err := c.Run(t.Context(), phases(t, 300, nil, "a", "b"), sink); err != nil {
		t.Fatal(err)
	}
	for _, ended := range ends {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 600, record.Done)
	total := 0
	for i, g := range gens {
		if g.count() == 0 {
			t.Errorf("worker %d did nothing", i)
		}
		total += g.count()
	}
	if total != 600 || c.Counts.Dropped() > 0 {
		t.Errorf("%d requests for 600 jobs, %+v", total, c.Counts)
	}
	for _, all := range sink.results {
		if r := all[0]; r.Post == nil || r.Server == "" || r.Attempts[0].Server != r.Server || r.Topic == "" {
			t.Fatalf("%+v", r)
		}
	}
}

// stamp is the time in a test's log.
func stamp() string { return time.Now().Format("05.000") }

// countless is a generator that counts nothing.
type countless struct{ generator }

// counting is a sink that keeps the IDs alone.
type counting struct {
	memory
	mu    sync.Mutex
	seen  map[string]bool
	twice int
}

func (c *counting) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.seen)
}

func (c *counting) Put(_ context.Context, r *record.Result) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen[r.ID] || r.Status != record.Done {
		c.twice++
	}
	c.seen[r.ID] = true
	return nil
}
