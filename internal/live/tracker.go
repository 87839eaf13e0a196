package live

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/estimate"
	"github.com/nightpress/nightpress/internal/record"
)

// About is what a tracker is told of a run when it begins.
type About struct {
	PID     int
	Command string
	Out     string
	// Since is when the run began, Until when it is to be over; the zero time is
	// never.
	Since, Until time.Time
	Servers      []AboutServer
	// Now is the time of day, and Clock measures durations.
	Now, Clock func() time.Time
	// Control, when set, is what pauses the run and drains its servers.
	Control *batch.Control
	// Left, when set, estimates how long the rest takes; false while that is not
	// known.
	Left func() (time.Duration, bool)
}

// AboutServer is a server of the run. Workers is 0 where the number is found.
type AboutServer struct {
	Name, Version string
	Workers       int
}

// Tracker follows a run. Its methods may be called from many goroutines.
type Tracker struct {
	about About

	mu      sync.Mutex
	counts  Counts
	models  []Model
	servers []*server
	pairs   []*pair
	tokens  int
	rate    estimate.Rate
	// last are the jobs that ended last, and lost those that were rejected last,
	// oldest first.
	last, lost []Job
	// aside says why models were set aside, by label.
	aside map[string]string
	// paces are when the last jobs ended, without pauses.
	paces []time.Time
	// began is when the first request began, without pauses.
	began    time.Time
	stopping string
	ended    *Ended
	members  []Member
}

// server is what a tracker knows of a server.
type server struct {
	Server
	// awayFor is how long the outages that are over were.
	awayFor time.Duration
	since   time.Time
	rate    estimate.Rate
	// queued are the requests without a token, streams those with one.
	queued, streams map[*batch.Job]bool
	// steps are the parts that requests for posts in sections are for.
	steps map[*batch.Job]record.Step
	// elsewhere: it is a machine of a fleet, of which only results are seen here.
	elsewhere bool
}

// pair is what a tracker knows of a server and a model.
type pair struct {
	Pair
	rate estimate.Rate
	// results are the tokens of the attempts that were saved.
	results int
	// found: the number of workers or slots was found in this run.
	found bool
}

// mostLast bounds the jobs that a snapshot names.
const mostLast = 20

// Follow returns a tracker of a run that begins.
func Follow(about About) *Tracker {
	t := &Tracker{about: about, aside: map[string]string{}}
	for _, s := range about.Servers {
		t.servers = append(t.servers, &server{
			Server:  Server{Name: s.Name, Version: s.Version, State: Idle, Workers: s.Workers, Auto: s.Workers == 0},
			queued:  map[*batch.Job]bool{},
			streams: map[*batch.Job]bool{},
			steps:   map[*batch.Job]record.Step{},
		})
	}
	return t
}

// mostServers bounds the servers that are followed.
const mostServers = 100

// Join counts the results of a server that was not known when the run began: a
// machine of a fleet.
func (t *Tracker) Join(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := slices.ContainsFunc(t.servers, func(s *server) bool { return s.Name == name })
	if name == "" || known || len(t.servers) >= mostServers {
		return
	}
	t.servers = append(t.servers, &server{Server: Server{Name: name, State: Idle}, elsewhere: true})
}

// Members takes the machines of the fleet as they are now.
func (t *Tracker) Members(all []Member) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.members = all
}

// Arrived counts tokens that other machines received.
func (t *Tracker) Arrived(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tokens += n
	t.rate.Add(t.about.Clock(), n)
}

// of returns a server of the run. A server of another name is nobody's: what is
// noted of it is lost.
func (t *Tracker) of(name string) *server {
	for _, s := range t.servers {
		if s.Name == name {
			return s
		}
	}
	return &server{}
}

func (t *Tracker) pair(server, label, model string) *pair {
	for _, p := range t.pairs {
		if p.Server == server && p.Label == label {
			if p.Model == "" {
				p.Model = model
			}
			return p
		}
	}
	p := &pair{Pair: Pair{Server: server, Label: label, Model: model}}
	t.pairs = append(t.pairs, p)
	return p
}

// Event follows an event of the engine.
func (t *Tracker) Event(ev batch.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch ev := ev.(type) {
	case batch.Started:
		if t.began.IsZero() {
			t.began = t.active()
		}
		if s := t.of(ev.Server); s.queued != nil {
			s.queued[ev.Job] = true
			s.begins(ev.Job, ev.Step)
		}
		t.pair(ev.Server, ev.Job.Model.Label, ev.Job.Model.Name).Requests++
	case batch.FirstToken:
		if s := t.of(ev.Server); s.queued[ev.Job] {
			delete(s.queued, ev.Job)
			s.streams[ev.Job] = true
		}
		t.pair(ev.Server, ev.Job.Model.Label, ev.Job.Model.Name).FirstTokens.add(ev.Took.Seconds())
	case batch.Tokens:
		t.arrived(ev)
	case batch.Closed:
		s := t.of(ev.Server)
		delete(s.queued, ev.Job)
		delete(s.streams, ev.Job)
		delete(s.steps, ev.Job)
	case batch.Stopping:
		t.stopping = ev.Reason.Error()
	case batch.Unusable:
		t.aside[ev.Model.Label] = bounded(ev.Reason.Error())
	default:
		t.serverEvent(ev)
	}
}

// arrived counts tokens.
func (t *Tracker) arrived(ev batch.Tokens) {
	now := t.about.Clock()
	s, p := t.of(ev.Server), t.pair(ev.Server, ev.Job.Model.Label, ev.Job.Model.Name)
	t.tokens += ev.N
	p.Tokens += ev.N
	t.rate.Add(now, ev.N)
	s.rate.Add(now, ev.N)
	p.rate.Add(now, ev.N)
}

// serverEvent follows what concerns a server as a whole.
func (t *Tracker) serverEvent(ev batch.Event) {
	switch ev := ev.(type) {
	case batch.Loading:
		t.set(ev.Server, Loading, "", t.about.Now())
		t.of(ev.Server).Model = ev.Model.Label
	case batch.Loaded:
		t.set(ev.Server, Working, "", time.Time{})
		p := t.pair(ev.Server, ev.Model.Label, ev.Model.Name)
		p.Loads++
		p.LoadSeconds += ev.Took.Seconds()
	case batch.Reloaded:
		t.pair(ev.Server, ev.Model.Label, ev.Model.Name).Reloads++
	case batch.Seated:
		s := t.of(ev.Server)
		s.Model, s.Workers = ev.Model.Label, ev.Workers
		t.pair(ev.Server, ev.Model.Label, ev.Model.Name).Workers = ev.Workers
	case batch.Tuned:
		p := t.pair(ev.Server, ev.Model.Label, ev.Model.Name)
		p.Workers, p.Slots, p.found = ev.Workers, ev.Slots, true
	case batch.Waiting:
		s := t.of(ev.Server)
		if s.since.IsZero() {
			s.since = t.about.Clock()
			t.pair(ev.Server, s.Model, "").Outages++
			t.set(ev.Server, Away, ev.Reason.Error(), ev.Since)
		}
		s.State, s.Reason = Away, bounded(ev.Reason.Error())
	case batch.Resumed:
		s := t.of(ev.Server)
		s.awayFor += ev.Away
		s.since = time.Time{}
		t.set(ev.Server, Working, "", time.Time{})
	case batch.Recovering:
		t.set(ev.Server, Recovering, ev.Reason.Error(), t.about.Now())
	case batch.Out:
		t.set(ev.Server, Out, ev.Reason.Error(), t.about.Now())
	case batch.Unloaded:
		t.set(ev.Server, Idle, "", time.Time{})
	}
}

// set sets a server's state.
func (t *Tracker) set(name string, state ServerState, reason string, since time.Time) {
	s := t.of(name)
	s.State, s.Reason, s.Since = state, bounded(reason), nil
	if !since.IsZero() {
		s.Since = &since
	}
}

// Counted takes the run's counts, all of them, as they are now.
func (t *Tracker) Counted(counts Counts, models []Model) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts, t.models = counts, models
}

// Result follows a result that was saved.
func (t *Tracker) Result(res *record.Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range res.Attempts[res.Earlier:] {
		p := t.pair(a.Server, res.Label, res.Model)
		p.PromptTokens += a.PromptEvalCount
		p.results += a.EvalCount
	}
	now := t.about.Now()
	job := Job{
		Time: now, Topic: bounded(res.Topic), Slug: res.Slug, Label: res.Label, Server: res.Server,
		Status: res.Status, Reason: bounded(res.Reason), Attempts: len(res.Attempts),
	}
	switch res.Status {
	case record.Done:
		t.pair(res.Server, res.Label, res.Model).Posts++
	case record.Rejected:
		p := t.pair(res.Server, res.Label, res.Model)
		p.Rejected++
		if p.Causes == nil {
			p.Causes = map[string]int{}
		}
		p.Causes[causeOf(res)]++
		t.lost = recent(t.lost, job)
	case record.SetAside:
		// A model that is set aside takes thousands of jobs with it.
		return
	}
	t.last = recent(t.last, job)
	t.paces = append(t.paces[max(0, len(t.paces)-mostPaces+1):], t.active())
}

// mostText bounds a topic or a reason in a snapshot, in bytes. A topic can be a text
// of 64 KiB.
const mostText = 1000

// bounded returns the beginning of a long text.
func bounded(text string) string {
	if len(text) <= mostText {
		return text
	}
	return strings.ToValidUTF8(text[:mostText], "") + "..."
}

// active is the clock without the pauses.
func (t *Tracker) active() time.Time {
	if t.about.Control == nil {
		return t.about.Clock()
	}
	return t.about.Control.Active()
}

// causeOf is what the last reply of a rejected job broke first.
func causeOf(res *record.Result) string {
	if all := res.Problems(); len(all) > 0 {
		return all[0].Code.String()
	}
	return record.RequestFailed
}

func recent(jobs []Job, one Job) []Job {
	return append(slices.Clone(jobs[max(0, len(jobs)-mostLast+1):]), one)
}

// Over notes how the run ended.
func (t *Tracker) Over(ended Ended) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = &ended
}

// ServerLines are the servers' lines of a summary of a run that took so long.
func (t *Tracker) ServerLines(seconds float64) (all []record.ServerLine) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.servers {
		now, results := t.server(s)
		if s.Name == "" && now.Posts+now.Rejected == 0 {
			continue // the coordinator of a fleet, which has no server of its own
		}
		away := s.awayFor
		if !s.since.IsZero() {
			away += t.about.Clock().Sub(s.since)
		}
		line := record.ServerLine{
			Name: now.Name, Version: now.Version, Posts: now.Posts, Rejected: now.Rejected, Tokens: results,
			Loads: now.Loads, Outages: now.Outages, AwaySeconds: away.Seconds(), Tuned: map[string]record.Tuned{},
		}
		for _, p := range t.pairs {
			if p.Server == s.Name && p.found {
				line.Tuned[p.Label] = record.Tuned{Workers: p.Workers, Slots: p.Slots}
			}
		}
		if seconds > 0 {
			line.TokensPerSecond = float64(results) / seconds
		}
		all = append(all, line)
	}
	return all
}
