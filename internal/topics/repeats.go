package topics

import (
	"encoding/binary"
	"slices"
	"strconv"
)

// repeats are the rows that the first whole pass found to be like one above
// them, by their place among the rows that can be used. Later passes read them
// here: to find them takes a hash of every row and of every topic in memory.
type repeats struct {
	// again are the duplicates, rivals the rows that share their topic's
	// text and slug with another.
	again, rivals []int
}

// finder finds repeats in a first pass. It holds eight bytes of the hash of each
// row and of each key. Two of a million different rows have the same eight in
// one file of thirty million.
type finder struct {
	found      repeats
	n          int
	rows, keys map[brief]struct{}
	// unlike: a duplicate has another key than the rows above it.
	unlike bool
}

func newFinder() *finder {
	return &finder{rows: map[brief]struct{}{}, keys: map[brief]struct{}{}}
}

// next takes the rows in their order: what a row looks like, and its key.
func (f *finder) next(row, key sum) (again, rival bool) {
	r, k := row.brief(), key.brief()
	if _, again = f.rows[r]; again {
		f.found.again = append(f.found.again, f.n)
		_, same := f.keys[k]
		f.unlike = f.unlike || !same
	} else if _, rival = f.keys[k]; rival {
		f.found.rivals = append(f.found.rivals, f.n)
	}
	f.rows[r], f.keys[k] = struct{}{}, struct{}{}
	f.n++
	return again, rival
}

// briefs are the beginnings of the topics' keys, sorted; nil where they are not those
// of all rows.
func (f *finder) briefs() []uint64 {
	if len(f.found.rivals) > 0 || f.unlike {
		return nil
	}
	all := make([]uint64, 0, len(f.keys))
	for k := range f.keys {
		all = append(all, binary.BigEndian.Uint64(k[:]))
	}
	slices.Sort(all)
	return all
}

// Comparison compares the keys of a file's topics with those of the topics that a
// ledger knows.
type Comparison struct {
	file  []uint64
	found int
	gone  bool
}

// Comparison begins a comparison with the topics of the file. It returns nil if Check
// did not learn their keys, or if it was called before: the keys take eight bytes
// each.
func (in *Input) Comparison() *Comparison {
	if in.briefs == nil {
		return nil
	}
	c := &Comparison{file: in.briefs}
	in.briefs = nil
	return c
}

// Known takes the key of each topic that the ledger knows.
func (c *Comparison) Known(key string) {
	if len(key) == 2*len(sum{}) {
		if n, err := strconv.ParseUint(key[:16], 16, 64); err == nil {
			if _, is := slices.BinarySearch(c.file, n); is {
				c.found++
				return
			}
		}
	}
	c.gone = true
}

// Moved reports whether the file has topics that the ledger does not know, and lacks
// others that it does.
func (c *Comparison) Moved() bool { return c.gone && c.found < len(c.file) }

// reader returns what reports in a later pass what next did in the first.
func (r repeats) reader() func() (again, rival bool) {
	n := 0
	is := func(list *[]int) bool {
		if len(*list) == 0 || (*list)[0] != n {
			return false
		}
		*list = (*list)[1:]
		return true
	}
	return func() (again, rival bool) {
		again, rival = is(&r.again), is(&r.rivals)
		n++
		return again, rival
	}
}
