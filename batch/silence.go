package batch

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nightpress/nightpress/internal/llm"
)

const (
	// quiet is how long no token may come from an open lane before its server is
	// probed, and answersWithin how long the server may take to answer. Together
	// with the time between two looks that is less than two seconds.
	quiet, answersWithin, lookEvery = 600 * time.Millisecond, time.Second, 250 * time.Millisecond
	// mostPatient bounds the time of a server that took longer before.
	mostPatient = 15 * time.Second
)

// silence notices that a server hangs, or that its cable was pulled: its
// connections stay and nothing comes over them. The limits of the requests are
// minutes, because a server reads a long prompt in silence. It says its version
// at once even then. (server/routes.go, v0.17.4: the handler looks at nothing.)
type silence struct {
	// heard is when the last token came, in nanoseconds.
	heard atomic.Int64
	// wrong counts how often the server was given up and answered the next
	// probe.
	wrong int
}

// within is how long the server may take for a probe: twice as long each time that
// it was given up too early, because it only was slow.
func (s *silence) within() time.Duration { return min(answersWithin<<min(s.wrong, 4), mostPatient) }

// follow returns when an open lane's state changes. Where others could take its
// jobs, it gives up a server that neither sends tokens nor answers.
func (l *lane) follow(ctx context.Context, changed <-chan struct{}) {
	if len(l.run.lanes) == 1 {
		select {
		case <-changed:
		case <-ctx.Done():
		}
		return
	}
	l.silence.heard.Store(time.Now().UnixNano())
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-changed:
			return
		case <-ctx.Done():
			return
		case <-look.C:
		}
		silent := time.Since(time.Unix(0, l.silence.heard.Load()))
		if silent < quiet || !l.asks() {
			continue
		}
		began := time.Now()
		if err := l.probed(ctx); err != nil && ctx.Err() == nil && l.silence.heard.Load() < began.UnixNano() {
			l.abandoned(err)
			return
		}
	}
}

// silentError is why a server was given up.
type silentError struct{ within time.Duration }

func (s *silentError) Error() string {
	return fmt.Sprintf("the server sends nothing, and does not answer within %s", s.within)
}

// asks reports whether jobs are in progress.
func (l *lane) asks() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.jobs > 0
}

// probed probes the server once, and returns the pause that it needs, if any.
func (l *lane) probed(ctx context.Context) error {
	within := l.silence.within()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	err := l.Generator.Probe(ctx)
	if err == nil || isPause(err) {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &llm.Fault{Kind: llm.FaultPause, Err: &silentError{within}}
	}
	return nil // it answers
}

// abandoned hands the jobs of a silent server back: open -> waiting.
func (l *lane) abandoned(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != laneOpen {
		return
	}
	l.silent = true
	l.reason = why
	l.recall(errHandBack)
	l.move(laneWaiting)
}

// spoke takes note of a silent server's first answer. first reports whether that was to the
// first probe after it had been given up.
func (l *lane) spoke(first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.silent {
		return
	}
	l.silent, l.stale = false, true
	if first {
		l.silence.wrong++
	}
}

// isStale reports whether the model is to be loaded afresh, because the server may
// still be busy with requests that were given up.
func (l *lane) isStale() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	stale := l.stale
	l.stale = false
	return stale
}
