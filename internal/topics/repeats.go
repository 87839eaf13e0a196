package topics

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
}

func newFinder() *finder {
	return &finder{rows: map[brief]struct{}{}, keys: map[brief]struct{}{}}
}

// next takes the rows in their order: what a row looks like, and its key.
func (f *finder) next(row, key sum) (again, rival bool) {
	r, k := row.brief(), key.brief()
	if _, again = f.rows[r]; again {
		f.found.again = append(f.found.again, f.n)
	} else if _, rival = f.keys[k]; rival {
		f.found.rivals = append(f.found.rivals, f.n)
	}
	f.rows[r], f.keys[k] = struct{}{}, struct{}{}
	f.n++
	return again, rival
}

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
