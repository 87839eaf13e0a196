package batch

// Feed hands out jobs that arrive during a run, such as those of a queue.
// Its methods must not block, and may be called from many goroutines.
type Feed interface {
	// Next returns the next job. While none is there, it returns a channel that
	// is closed when there may be one. Once no more come, it returns neither.
	Next() (*Job, <-chan struct{})
	// Rest is called instead of Next while the run takes no job, such as in a pause.
	// The feed keeps no job ready for it. Rest reports whether no more jobs come,
	// and returns a channel that is closed when that may have changed.
	Rest() (over bool, changed <-chan struct{})
	// Return takes back a job that the run does not bring to its end: no lane can
	// ask for it at present, or the run is over. Every job of Next has its result
	// in the sink or is returned, once. s is what is to be the job's Suspicion when
	// Next returns it again.
	Return(j *Job, s Suspicion)
}

// wanting reports whether a lane is on the work that asks for replies, or will
// once its model is loaded. The caller holds the run's mutex.
func (w *work) wanting() bool {
	for l := range w.on {
		switch state, _ := l.look(); state {
		case laneOpen, laneLoading, laneRecovering:
			return true
		}
	}
	return false
}

// sendBack returns the jobs that wait for a lane to their feed, if no lane wants
// them.
func (r *run) sendBack() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.works {
		if w.phase.Feed != nil && !w.wanting() {
			w.sendBack()
		}
	}
}

// sendBack returns the jobs that wait for a lane to their feed. The caller holds
// the run's mutex.
func (s *source) sendBack() {
	for _, t := range s.back {
		s.feed.Return(t.job, t.suspicion.clone())
	}
	s.back = nil
	if s.first != nil {
		s.feed.Return(s.first, s.first.Suspicion)
		s.first = nil
	}
}

// sendAllBack is the end of a run.
func (r *run) sendAllBack() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.works {
		if w.phase.Feed != nil {
			w.sendBack()
		}
	}
}
