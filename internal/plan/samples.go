package plan

import "github.com/nightpress/nightpress/output"

// samples is how many posts the entry has for each topic.
func (e *Entry) samples() int { return max(e.Samples, 1) }

// sampled returns the candidates for the entry's samples of a chunk's topics, which have
// their slugs.
func (e *Entry) sampled(chunk []*Candidate) []*Candidate {
	many := e.samples()
	if many == 1 {
		return chunk
	}
	all := make([]*Candidate, 0, many*len(chunk))
	for _, c := range chunk {
		for sample := 1; sample <= many; sample++ {
			one := *c
			one.n, one.Sample, one.Slug = c.n*many+sample-1, sample, output.SampleSlug(c.Slug, sample)
			all = append(all, &one)
		}
	}
	return all
}

// sampleOf is a candidate's sample as its job names it.
func sampleOf(c *Candidate) int {
	if c.Sample <= 1 {
		return 0
	}
	return c.Sample
}
