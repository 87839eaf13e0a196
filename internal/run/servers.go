package run

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/estimate"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/secret"
)

// addresses are the servers' of the run, as they are recorded.
func (p *Prepared) addresses() string {
	var all []string
	for _, s := range p.servers {
		all = append(all, secret.Mask(s.Host.URL))
	}
	return strings.Join(all, " ")
}

// serverName is what a person knows the first server by, "" where there is none.
func (p *Prepared) serverName() string {
	if len(p.servers) == 0 {
		return ""
	}
	return p.servers[0].Client.Name()
}

// versions are the servers', in the same order; "-" of one that is away.
func (p *Prepared) versions() string {
	var all []string
	for _, s := range p.servers {
		v := s.Version
		if v == "" {
			v = "-"
		}
		all = append(all, v)
	}
	return strings.Join(all, " ")
}

// madeServers are the servers as jobs record them.
func (p *Prepared) madeServers() (all []record.MadeServer) {
	for _, s := range p.servers {
		all = append(all, record.MadeServer{Name: secret.Mask(s.Name), Version: s.Version})
	}
	return all
}

// sayServers prints which servers are away, and which cannot run a model.
func (p *Prepared) sayServers() {
	for _, s := range p.servers {
		if s.Away != nil {
			p.req.Printer.Note("server %s is away, and joins when it is back: %v", s.Name, s.Away)
		}
	}
	for _, e := range p.waiting() {
		p.req.Printer.Note("%s waits: %s", e.Label, awaited([]*plan.Entry{e}))
	}
	for _, e := range p.Plan.Entries {
		for _, name := range slices.Sorted(maps.Keys(e.Excluded)) {
			if len(p.servers) > 1 && e.Unusable == nil {
				p.req.Printer.Note("%s is not made there: %v", e.Label, e.Excluded[name])
			}
		}
	}
}

// byName are the servers' addresses by their names.
func (p *Prepared) byName() map[string]string {
	all := map[string]string{}
	for _, s := range p.servers {
		all[s.Name] = secret.Mask(s.Host.URL)
	}
	return all
}

// entry is a label's, nil for none.
func (p *Prepared) entry(label string) *plan.Entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.Plan.Entries {
		if e.Label == label {
			return e
		}
	}
	return nil
}

// lanes are the servers as the engine takes them. Each begins with the number
// of workers that an earlier run found.
func (p *Prepared) lanes(ctx context.Context) []batch.Lane {
	lanes := p.servers.Lanes(ctx, len(p.Plan.Entries), p.entry)
	for i := range lanes {
		address := secret.Mask(p.servers[i].Host.URL)
		lanes[i].Before = func(m llm.Model) int {
			// Without an answer the run begins as if nothing was known.
			found, _ := p.Plan.Posts.Ledger.Found(ctx, address, m.Digest)
			return found.Workers
		}
	}
	return lanes
}

// usualWorkers is how many requests a server of which nothing is known is taken
// to work on.
const usualWorkers = 2

// workersOn is how many requests for an entry are in progress at once on a server, as
// far as that is known.
func (p *Prepared) workersOn(ctx context.Context, s *preflight.Server, e *plan.Entry) int {
	if s.Host.Workers != config.Auto {
		return int(s.Host.Workers)
	}
	// Without an answer it is as if nothing was known.
	if found, _ := p.Plan.Posts.Ledger.Found(ctx, secret.Mask(s.Host.URL), e.Digest); found.Workers > 0 {
		return found.Workers
	}
	return usualWorkers
}

// workers is the most requests that are in progress at once on all servers, as far
// as that is known.
func workers(servers []estimate.Server) (n int) {
	for _, s := range servers {
		most := 0
		for _, w := range s.Workers {
			most = max(most, w)
		}
		n += most
	}
	return n
}

// at names a server for a person who follows a run of several.
func at(server string) string {
	if server == "" {
		return ""
	}
	return fmt.Sprintf(" (server %s)", server)
}
