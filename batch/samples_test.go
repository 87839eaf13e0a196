package batch_test

import (
	"testing"

	"github.com/nightpress/nightpress/batch"
)

// The first sample is the job of versions without samples: its ID and its seed are
// stored, and its posts exist.
func TestTheFirstSampleIsTheJobWithoutSamples(t *testing.T) {
	ids, seeds := map[string]bool{}, map[int64]bool{}
	for sample := range 5 {
		ids[batch.SampleID("an ID", sample)], seeds[batch.SampleSeed(7, sample)] = true, true
	}
	if !ids["an ID"] || !seeds[7] || len(ids) != 4 || len(seeds) != 4 {
		t.Errorf("%v, %v", ids, seeds)
	}
	// What is stored never changes.
	if id, seed := batch.SampleID("an ID", 2), batch.SampleSeed(7, 2); id != "6c937e058ee7aa241c4938308fc95fb6f24c61efa476d25d9acd46ede7373dc2" || seed != 1311604404 {
		t.Errorf("%s, %d", id, seed)
	}
}
