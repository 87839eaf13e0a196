package reply

const (
	// window is how much of the tail is searched for a loop, in bytes.
	window = 6 << 10
	// repeats and least are how often and over how many bytes at least a
	// period must come in a row.
	repeats = 6
	least   = 240
)

// looping tells whether the text ends in one passage said over and over. A
// passage without two different letters (table cells, rulers, dot leaders) is
// no loop.
func looping(text []byte) bool {
	tail := text[max(0, len(text)-window):]
	z := suffixes(tail)
	for p := 1; p*repeats <= len(tail); p++ {
		run := z[p] + p
		if run >= p*repeats && run >= least && worded(tail[len(tail)-p:]) {
			return true
		}
	}
	return false
}

// suffixes returns for each p how far the text read backwards agrees with
// itself read backwards from p (the Z function of the reversed text), in time
// linear in its length.
func suffixes(s []byte) []int {
	n := len(s)
	at := func(i int) byte { return s[n-1-i] }
	z := make([]int, n+1)
	l, r := 0, 0
	for i := 1; i < n; i++ {
		if i < r {
			z[i] = min(r-i, z[i-l])
		}
		for i+z[i] < n && at(z[i]) == at(i+z[i]) {
			z[i]++
		}
		if i+z[i] > r {
			l, r = i, i+z[i]
		}
	}
	return z
}

func worded(p []byte) bool {
	var seen [256]bool
	kinds := 0
	for _, c := range p {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
		if letter && !seen[c] {
			seen[c] = true
			kinds++
		}
	}
	return kinds >= 2
}
