// Package near finds the names that a person may have meant by one that is
// unknown.
package near

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// most is how many names are offered.
const most = 3

// Names returns up to three of the known names that are near to what was
// written, the nearest first. Letter case does not count. A name is near when
// it takes few changes to make one of the other, or when one begins with the
// other, as "llama3" does "llama3.2:1b". A tag after a colon counts only if one was
// written.
func Names(written string, known []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var all []candidate
	w := strings.ToLower(written)
	for _, name := range known {
		k := strings.ToLower(name)
		d := levenshtein.ComputeDistance(w, k)
		if base, _, tagged := strings.Cut(k, ":"); tagged && !strings.Contains(w, ":") {
			d = min(d, levenshtein.ComputeDistance(w, base))
		}
		// A third of the letters may be wrong, and two in a short name, as in
		// "ulr".
		if limit := min(max(2, len(w)/3), 4, len(w)-1); d > limit {
			if len(w) < 3 || !strings.HasPrefix(k, w) && !strings.HasPrefix(w, k) || len(k) < 3 {
				continue
			}
			d = limit + d
		}
		all = append(all, candidate{name, d})
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var names []string
	for _, c := range all[:min(len(all), most)] {
		names = append(names, c.name)
	}
	return names
}

// Misspelt reports whether a word is another with a typing error or two: one
// change in five letters, at least one.
func Misspelt(written, name string) bool {
	return levenshtein.ComputeDistance(written, name) <= max(1, len(name)/5)
}

// Question asks whether one of these names was meant, or is "" for none.
func Question(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	switch n := len(quoted); n {
	case 0:
		return ""
	case 1:
		return "did you mean " + quoted[0] + "?"
	default:
		return "did you mean " + strings.Join(quoted[:n-1], ", ") + " or " + quoted[n-1] + "?"
	}
}

// DidYouMean asks for the nearest names, or is "" when none is near.
func DidYouMean(written string, known []string) string { return Question(Names(written, known)) }
