package plan

import "math/bits"

// bitSet is a set of topics by their index in the input.
type bitSet []uint64

func (m *bitSet) set(n int) {
	for len(*m) <= n/64 {
		*m = append(*m, 0)
	}
	(*m)[n/64] |= 1 << (n % 64)
}

func (m bitSet) has(n int) bool { return n/64 < len(m) && m[n/64]&(1<<(n%64)) != 0 }

// end is one more than the last index in the set.
func (m bitSet) end() int { return 64 * len(m) }

// count is how many topics the set has.
func (m bitSet) count() (n int) {
	for _, word := range m {
		n += bits.OnesCount64(word)
	}
	return n
}
