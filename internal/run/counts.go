package run

import (
	"sync"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/term"
)

// servers counts what each server does in a run. It may be used from many
// goroutines.
type servers struct {
	mu sync.Mutex
	// all are in the order of the configuration.
	all []*serverCount
}

type serverCount struct {
	term.ServerLine
	// away: it is, at present.
	away bool
}

// begin begins to count.
func (s *servers) begin(p *Prepared) {
	for _, one := range p.servers {
		s.all = append(s.all, &serverCount{ServerLine: term.ServerLine{Name: one.Name, Version: one.Version, Tuned: map[string]term.Tuned{}}})
	}
}

func (s *servers) of(name string) *serverCount {
	for _, one := range s.all {
		if one.Name == name {
			return one
		}
	}
	return &serverCount{} // a server that is not of this run: nobody counts it
}

// event counts an event of a server.
func (s *servers) event(ev batch.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch ev := ev.(type) {
	case batch.Loaded:
		s.of(ev.Server).Loads++
	case batch.Waiting:
		if one := s.of(ev.Server); !one.away {
			one.away = true
			one.Outages++
		}
	case batch.Resumed:
		one := s.of(ev.Server)
		one.away = false
		one.AwaySeconds += ev.Away.Seconds()
	case batch.Tuned:
		if one := s.of(ev.Server); one.Tuned != nil {
			one.Tuned[ev.Model.Label] = term.Tuned{Workers: ev.Workers, Slots: ev.Slots}
		}
	}
}

// add counts a result.
func (s *servers) add(res *record.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range res.Attempts[res.Earlier:] {
		s.of(a.Server).Tokens += a.EvalCount
	}
	switch res.Status {
	case record.Done:
		s.of(res.Server).Posts++
	case record.Rejected:
		s.of(res.Server).Rejected++
	}
}

// lines are the servers' lines of a summary of a run that took so long.
func (s *servers) lines(seconds float64) (all []term.ServerLine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if seconds > 0 {
			one.TokensPerSecond = float64(one.Tokens) / seconds
		}
		all = append(all, one.ServerLine)
	}
	return all
}
