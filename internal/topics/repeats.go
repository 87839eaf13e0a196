package topics

// repeats are the rows that the first whole pass found to be like one above
// them, by their place among the rows that can be used. Later passes read them
// here: to find them takes a hash of every row and of every topic in memory.
type repeats struct {
	// again are the duplicates, rivals the rows that share their topic's
	// text and slug with another.
	again, rivals []int
}

// finder finds repeats in a first pass.
type finder struct {
	found      repeats
	n          int
	rows, keys map[sum]struct{}
}

func newFinder() *finder {
	return &finder{rows: map[sum]struct{}{}, keys: map[sum]struct{}{}}
}

// next takes the rows in their order: what a row looks like, and its key.
func (f *finder) next(row, key sum) (again, rival bool) {
	if _, again = f.rows[row]; again {
		f.found.again = append(f.found.again, f.n)
	} else if _, rival = f.keys[key]; rival {
		f.found.rivals = append(f.found.rivals, f.n)
	}
	f.rows[row], f.keys[key] = struct{}{}, struct{}{}
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
