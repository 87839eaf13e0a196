package run

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/control"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/term"
)

// steering lets other processes see and control a run. It may be used from many
// goroutines.
type steering struct {
	*batch.Control
	watch *watch
	// servers are the names of the servers.
	servers []string
	// stop ends the run after the posts in progress.
	stop func()
	// fleet is set if other machines work as well. They are not controlled here.
	fleet *FleetRequest
}

var _ control.Run = (*steering)(nil)

// byHand is the reason of a pause that a person requested.
const byHand = "by hand"

// steer lets others see and control the run, through the socket of its folder. A
// folder that can have no socket is no reason to end a run.
func (p *Prepared) steer(c *batch.Control, w *watch) (closeSocket func()) {
	s := &steering{Control: c, watch: w, stop: p.req.Stop, fleet: p.req.Fleet}
	for _, one := range p.servers {
		s.servers = append(s.servers, one.Name)
	}
	l, err := p.Plan.Posts.Folder.Listen()
	if err != nil {
		w.log.Warn("no socket", "error", err.Error())
		w.progress.Note("this run cannot be watched or paused from elsewhere: " + err.Error())
		return func() {}
	}
	server := control.Serve(l, s)
	return func() { _ = server.Close() }
}

// Snapshot returns the run as it is now.
func (s *steering) Snapshot() *live.Snapshot { return s.watch.live.Snapshot() }

// Do carries out a request and describes the new state for a person.
func (s *steering) Do(req control.Request) (said string, err error) {
	if s.fleet != nil && s.fleet.NoLocalWork && req.Do != control.Stop {
		return "", errors.New("this machine only hands out jobs (--no-local-work): nightpress fleet drain NAME ends the work of another one")
	}
	switch req.Do {
	case control.Pause:
		s.Pause(batch.Pause{By: byHand, Reason: byHand, Unload: req.Unload})
		said = s.paused(req.Unload)
	case control.Resume:
		said = s.resume()
	case control.Workers:
		said, err = s.setWorkers(req)
	case control.Drain, control.Undrain:
		said, err = s.drain(req)
	case control.Stop:
		s.stop()
		said = "no new posts are begun, and the run ends after " + s.inProgress("")
	default:
		return "", control.ErrUnknown
	}
	if s.fleet != nil && req.Do != control.Stop {
		said += " on this machine; the others go on"
	}
	if err == nil {
		s.watch.progress.Note(said)
		s.watch.log.Info("control", "do", req.Do, "server", req.Server, "workers", req.Workers, "unload", req.Unload, "said", said)
	}
	return said, err
}

func (s *steering) paused(unload bool) string {
	said := "paused: no new posts are begun, and " + s.inProgress("") + " will finish"
	if s.requests("") == 0 {
		said = "paused: no new posts are begun"
	}
	if unload {
		said += "; then the models are unloaded"
	}
	return said
}

func (s *steering) resume() string {
	before := len(s.Look().Pauses)
	s.Resume(byHand)
	left := s.Look().Pauses
	switch {
	case len(left) > 0:
		return "still paused: " + left[0].Reason
	case before == 0:
		return "the run was not paused, and goes on"
	}
	return "the run goes on"
}

// inProgress counts the posts in progress on a server, or on all.
func (s *steering) inProgress(server string) string {
	n := s.requests(server)
	if n == 1 {
		return "the post in progress"
	}
	return "the " + term.Count(n, "post") + " in progress"
}

func (s *steering) requests(server string) (n int) {
	for _, one := range s.Snapshot().Servers {
		if server == "" || one.Name == server {
			n += one.Streams + one.Queued
		}
	}
	return n
}

// setWorkers sets the workers of one server, or of all.
func (s *steering) setWorkers(req control.Request) (said string, err error) {
	names := s.servers
	if req.Server != "" {
		if err := s.known(req.Server); err != nil {
			return "", err
		}
		names = []string{req.Server}
	}
	var all []string
	for _, name := range names {
		n, err := s.number(name, req.Workers)
		if err != nil {
			return "", err
		}
		s.SetWorkers(name, n)
		text := term.Count(n, "post") + " at the same time"
		if n == 0 {
			text = "as many posts at the same time as are best"
		}
		if name != "" {
			text = name + ": " + text
		}
		all = append(all, text)
	}
	return strings.Join(all, ", "), nil
}

// number reads a number of workers for a server: "auto", 4, or +1.
func (s *steering) number(server, text string) (int, error) {
	if sign := strings.TrimLeft(text, "+-"); len(sign) == len(text)-1 {
		by, err := strconv.Atoi(text)
		if err == nil && by >= -config.MostWorkers && by <= config.MostWorkers {
			return min(max(s.workers(server)+by, 1), config.MostWorkers), nil
		}
	} else if n, ok := config.ParseWorkers(text); ok {
		return int(n), nil
	}
	err := fmt.Errorf("%.20q is not a number of workers", text)
	return 0, hint.Wrap(err, fmt.Sprintf("nightpress set -j 4; it is auto, or a number from 1 to %d", config.MostWorkers))
}

// workers is how many a server has now.
func (s *steering) workers(server string) int {
	for _, one := range s.Snapshot().Servers {
		if one.Name == server {
			return one.Workers
		}
	}
	return 0
}

// drain makes a server take no more posts, or take posts again.
func (s *steering) drain(req control.Request) (said string, err error) {
	if err := s.known(req.Server); err != nil {
		return "", err
	}
	name := "server " + req.Server
	if req.Server == "" {
		name = "the server"
	}
	if req.Do == control.Undrain {
		s.Drain(req.Server, false)
		return name + " takes posts again", nil
	}
	s.Drain(req.Server, true)
	said = name + " takes no more posts"
	if s.requests(req.Server) > 0 {
		said += ", and " + s.inProgress(req.Server) + " there will finish"
	}
	if len(s.Look().Drained) == len(s.servers) {
		said += "; no other server is left, so that the run waits"
	}
	return said, nil
}

// known returns an error if no server of the run has the name.
func (s *steering) known(name string) error {
	if slices.Contains(s.servers, name) {
		return nil
	}
	if len(s.servers) == 1 && s.servers[0] == "" {
		return hint.Wrap(errors.New("the run has one server, which has no name"), "nightpress pause")
	}
	err := fmt.Errorf("the run has no server %q", name)
	return hint.Wrap(err, "its servers are "+strings.Join(s.servers, ", "))
}
