package batch

import "sync"

// unfinishedJobs collects the jobs whose workers ended without a result.
type unfinishedJobs struct {
	mu   sync.Mutex
	jobs []*Job
}

func (u *unfinishedJobs) add(j *Job) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.jobs = append(u.jobs, j)
}
