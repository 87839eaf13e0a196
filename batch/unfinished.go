package batch

import "sync"

// unfinishedJobs collects the jobs whose workers ended without a result.
type unfinishedJobs struct {
	mu   sync.Mutex
	jobs []*Job
	why  error // of the first
}

func (u *unfinishedJobs) add(j *Job, why error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.jobs) == 0 {
		u.why = why
	}
	u.jobs = append(u.jobs, j)
}
