package plan

// Tally counts an entry's jobs by their disposition.
type Tally [dispositions]int

// Asks counts the jobs that are asked for.
func (t Tally) Asks() int {
	n := 0
	for d, jobs := range t {
		if Disposition(d).Asks() {
			n += jobs
		}
	}
	return n
}

// All counts every job.
func (t Tally) All() int {
	n := 0
	for _, c := range t {
		n += c
	}
	return n
}

// Exist counts the posts that are there and need no request.
func (t Tally) Exist() int { return t[Done] + t[KeptDone] + t[Restored] }
