package topics

import (
	"bytes"
	"container/heap"
	"fmt"
	"iter"

	"github.com/nightpress/nightpress/internal/errtype"
)

// sample is a part of the topics: those whose rank is below a bound.
type sample struct {
	seed  int64
	bound sum
}

// rank orders the topics at random, by the seed and by nothing of their order
// in the file.
func (s *sample) rank(t Topic) sum { return hash(fmt.Sprint(s.seed), t.Key) }

func (s *sample) has(t Topic) bool {
	rank := s.rank(t)
	return bytes.Compare(rank[:], s.bound[:]) <= 0
}

// Sample limits every later pass to n topics, drawn by the seed alone, in the file's
// order. It returns how many there are; if the file has fewer, all stay. The same seed
// gives the same topics whatever their order, a larger n keeps those of a smaller one,
// and each topic is equally likely. Rows that cannot be used are in no sample, and
// later passes leave them out.
func (in *Input) Sample(n int, seed int64) (int, error) {
	s := &sample{seed: seed}
	var lowest ranks
	for t, err := range in.All() {
		if _, bad := err.(*BadRow); bad {
			continue
		}
		if err != nil {
			return 0, err
		}
		heap.Push(&lowest, s.rank(t))
		if len(lowest) > n {
			heap.Pop(&lowest)
		}
	}
	if len(lowest) > 0 {
		s.bound = lowest[0]
	}
	in.sample = s
	return len(lowest), nil
}

// ranks is a heap with the highest on top.
type ranks []sum

func (r ranks) Len() int           { return len(r) }
func (r ranks) Less(i, j int) bool { return bytes.Compare(r[i][:], r[j][:]) > 0 }
func (r ranks) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *ranks) Push(x any)        { *r = append(*r, x.(sum)) }
func (r *ranks) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// Keys yields the key of every topic in the file, also of those that a sample or
// --where leaves out. An error ends it.
func (in *Input) Keys() iter.Seq2[string, error] {
	whole := *in
	whole.sample, whole.where, whole.repeats = nil, nil, nil
	return func(yield func(string, error) bool) {
		for t, err := range whole.All() {
			if errtype.Is[*BadRow](err) {
				continue
			}
			if !yield(t.Key, err) || err != nil {
				return
			}
		}
	}
}
