package run

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/fleet"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/secret"
	"github.com/nightpress/nightpress/output"
)

// FleetRequest makes a run hand out its jobs to other machines.
type FleetRequest struct {
	// URL is an existing NATS server; "" leaves it to models.toml, and without one
	// there the run starts its own. Token is used where URL has none.
	URL, Token string
	// Listen is where its own server listens.
	Listen string
	// NoLocalWork leaves this machine's servers alone.
	NoLocalWork bool
	// Line makes the command line to type on the other machines.
	Line func(url string) string
	// Name is what the fleet calls this machine.
	Name string
}

// Address is where an existing NATS server is; it has no URL where the run
// starts its own.
func (f *FleetRequest) address(r *Request) fleet.Address {
	c := r.Settings.Fleet
	a := fleet.Address{URLs: c.URLs, Token: f.Token, Creds: c.Creds, CA: c.CA, Cert: c.Cert, Key: c.Key}
	if f.URL != "" {
		a.URLs = []string{f.URL}
	}
	return a
}

// handOut is the engine's Run for a run with a fleet: workers on this machine and
// on others do the jobs.
func (p *Prepared) handOut(ctx context.Context, engine *batch.Engine, entries []*plan.Entry, w *watch, sink batch.Sink) (err error) {
	f := p.req.Fleet
	known, err := p.Plan.Posts.Folder.Fleet()
	if err != nil {
		return err
	}
	p.trouble.set(w.log)
	c := &fleet.Coordinator{
		Admin: known.Admin, Address: f.address(&p.req), Prefix: p.req.Settings.Fleet.Prefix, Replicas: p.req.Settings.Fleet.Replicas, Folder: known.ID,
		Look: p.identity, Attempts: engine.Attempts, MaxTokens: engine.MaxTokens, Claim: engine.Claim, Limit: engine.Limit, Until: engine.Until, Stop: engine.Stop, Version: p.req.Version,
		Note: func(format string, args ...any) {
			w.progress.Note(fmt.Sprintf(format, args...))
			w.log.Info("fleet", "text", fmt.Sprintf(format, args...))
		},
		MaxRejected: engine.MaxRejected, Events: engine.Events, Roster: p.writeRoster(w), Now: p.req.Now,
		Tokens: func(n int) {
			w.progress.Tokens(n)
			w.live.Arrived(n)
		},
	}
	if c.Before, err = p.lastWorkers(); err != nil {
		return err
	}
	if c.Server, err = p.reachFleet(known, c.Address); err != nil {
		return err
	}
	if f.NoLocalWork {
		return p.coordinated(c, c.Run(ctx, p.Plan.Phases(ctx, entries), sink))
	}
	ended := make(chan error, 1)
	working, stop := context.WithCancelCause(ctx)
	c.Local, c.LocalEnded = f.Name, ended
	worker := p.localWorker(c, engine)
	over := make(chan struct{})
	crash.Go(func() {
		defer close(over)
		ended <- worker.Run(working)
	}, stop)
	err = c.Run(ctx, p.Plan.Phases(ctx, entries), sink)
	// The worker has no job that counts, and may not know it.
	stop(errOver)
	<-over
	return p.coordinated(c, err)
}

var errOver = errors.New("the run is over")

// coordinated reports what the coordinator dropped.
func (p *Prepared) coordinated(c *fleet.Coordinator, err error) error {
	if n := c.Counts; n.Dropped() > 0 {
		p.req.Printer.Note("results of the fleet that were dropped: %d second ones, %d late ones, %d of other jobs, %d malformed", n.Twice, n.Late, n.Unknown, n.Malformed)
	}
	return err
}

// identity returns a model's on every machine, and its digest here.
func (p *Prepared) identity(label string) (identity, manifest string) {
	if e := p.entry(label); e != nil {
		return e.Identity, e.Manifest
	}
	return "", ""
}

// reachFleet starts the run's own NATS server, unless it uses another one at the
// address, and says what to type elsewhere, once for a run.
func (p *Prepared) reachFleet(known *output.Fleet, a fleet.Address) (*fleet.Server, error) {
	if p.reached {
		return p.nats, nil
	}
	p.reached = true
	if len(a.URLs) > 0 {
		return nil, p.sayAddress(known, a)
	}
	var err error
	p.nats, err = p.serveFleet(known)
	return p.nats, err
}

// serveFleet starts the run's own NATS server, and says what to type elsewhere.
func (p *Prepared) serveFleet(known *output.Fleet) (*fleet.Server, error) {
	store, err := p.Plan.Posts.Folder.FleetStore()
	if err != nil {
		return nil, err
	}
	c := p.req.Settings.Fleet
	o := fleet.ServerOptions{
		Dir: store, Listen: p.req.Fleet.Listen, Token: known.Token, Admin: known.Admin, Prefix: c.Prefix,
		Trouble: p.trouble.say,
	}
	scheme := "nats"
	if c.Cert != "" {
		pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, exit.Usage(fmt.Errorf("fleet.cert: %w", err), "cert and key below [fleet] in "+p.req.Settings.Path+" are PEM files that belong together")
		}
		o.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		scheme = "tls"
	}
	s, err := fleet.Serve(o)
	if err != nil {
		return nil, err
	}
	hosts := reachableAt(s.Addr)
	for _, host := range hosts {
		at := net.JoinHostPort(host, strconv.Itoa(s.Addr.Port))
		if !p.nothingLeft() {
			p.req.Printer.Note("on other machines, type: %s", p.req.Fleet.Line(scheme+"://"+known.Token+"@"+at))
		}
		known.URL = scheme + "://" + at
	}
	switch {
	case p.nothingLeft():
	case fleet.Loopback(hosts[0]):
		p.req.Printer.Note("only this machine reaches it: --fleet-listen 0.0.0.0:4222 lets others in")
	case scheme == "nats":
		p.req.Printer.Note("the token and the posts cross the network unencrypted: use a network that you trust, or TLS (cert and key below [fleet] in %s)", p.req.Settings.Path)
	}
	if err := p.Plan.Posts.Folder.SetFleet(known); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// reachableAt returns the addresses of this machine at which others reach a server,
// at most three.
func reachableAt(a *net.TCPAddr) (hosts []string) {
	if !a.IP.IsUnspecified() {
		return []string{a.IP.String()}
	}
	all, err := net.InterfaceAddrs()
	for _, one := range all {
		ip, ok := one.(*net.IPNet)
		if err == nil && ok && ip.IP.IsGlobalUnicast() && ip.IP.To4() != nil && len(hosts) < 3 {
			hosts = append(hosts, ip.IP.String())
		}
	}
	if len(hosts) == 0 {
		hosts = []string{"127.0.0.1"}
	}
	return hosts
}

// sayAddress prints the address of the NATS server, and the line to type elsewhere.
func (p *Prepared) sayAddress(known *output.Fleet, a fleet.Address) error {
	if a.Hosts() == "" {
		return exit.Usage(errors.New("--fleet is not the address of a NATS server"), "--fleet=nats://TOKEN@host:4222")
	}
	known.URL = secret.Bare(a.URLs[0])
	if p.nothingLeft() {
		return p.Plan.Posts.Folder.SetFleet(known)
	}
	if warning := a.Bare(); warning != "" {
		p.req.Printer.Note("%s", warning)
	}
	p.req.Printer.Note("on other machines, type: %s", p.req.Fleet.Line(secret.Mask(a.URLs[0])))
	return p.Plan.Posts.Folder.SetFleet(known)
}

// lastWorkers are the workers of the folder's last run.
func (p *Prepared) lastWorkers() (all []live.Member, err error) {
	text, err := p.Plan.Posts.Folder.Workers()
	if err != nil || text == nil {
		return nil, err
	}
	if json.Unmarshal(text, &all) != nil {
		return nil, nil // this run writes the file anew
	}
	return all, nil
}

// nothingLeft reports whether the jobs were counted, and none is requested.
func (p *Prepared) nothingLeft() bool {
	return p.Tallies != nil && !slices.ContainsFunc(p.Tallies, func(t plan.Tally) bool { return t.Asks() > 0 })
}

// writeRoster returns what writes who is in the fleet, for other commands.
func (p *Prepared) writeRoster(w *watch) func([]live.Member) {
	last := ""
	return func(all []live.Member) {
		w.live.Members(all)
		text, err := json.Marshal(all)
		if err == nil && string(text) != last {
			last = string(text)
			err = p.Plan.Posts.Folder.SetWorkers(append(text, '\n'))
		}
		if err != nil {
			w.log.Warn("workers not recorded", "error", err.Error())
		}
	}
}

// localWorker is this machine as one of the workers.
func (p *Prepared) localWorker(c *fleet.Coordinator, engine *batch.Engine) *fleet.Worker {
	return &fleet.Worker{
		Server: c.Server, Admin: c.Admin, Address: c.Address, Prefix: c.Prefix, Name: c.Local, Machine: c.Local, Version: c.Version,
		Servers: &localServers{p, engine.Lanes}, Once: true, Patience: engine.Patience, Note: c.Note, Events: engine.Events, Control: engine.Control, Clock: engine.Clock, Now: c.Now,
	}
}

// localServers are those of the run.
type localServers struct {
	p     *Prepared
	lanes []batch.Lane
}

// Find returns an entry's model.
func (s *localServers) Find(_ context.Context, m fleet.Model) (string, error) {
	for _, e := range s.p.Plan.Entries {
		if e.Label == m.Label {
			return e.Name, e.Unusable
		}
	}
	return "", fmt.Errorf("model %s is not one of this run", m.Name)
}

// Describe is for a run whose own servers are not asked.
func (s *localServers) Describe(_ context.Context, name string) (fleet.Offer, error) {
	return fleet.Offer{}, fmt.Errorf("model %s is not one of this run", name)
}

func (s *localServers) Lanes(context.Context, fleet.Model, string) []batch.Lane { return s.lanes }

func (s *localServers) Addresses() (all []string) {
	for _, one := range s.p.servers {
		all = append(all, secret.Mask(one.Host.URL))
	}
	return all
}

// trouble logs what goes wrong in the NATS server, from when there is a log.
type trouble struct{ log atomic.Pointer[slog.Logger] }

func (t *trouble) set(log *slog.Logger) { t.log.Store(log) }

func (t *trouble) say(text string) {
	if log := t.log.Load(); log != nil {
		log.Warn("nats", "text", text)
	}
}
