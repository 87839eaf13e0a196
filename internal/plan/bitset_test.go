package plan

import (
	"testing"

	"pgregory.net/rapid"
)

func TestABitSetHasWhatWasPutInAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var set bitSet
		want := map[int]bool{}
		for _, n := range rapid.SliceOf(rapid.IntRange(0, 1000)).Draw(t, "members") {
			set.set(n)
			want[n] = true
		}
		for n := range 1100 {
			if set.has(n) != want[n] {
				t.Fatalf("has(%d) is %v", n, set.has(n))
			}
			if want[n] && n >= set.end() {
				t.Fatalf("%d is a member, and the end is %d", n, set.end())
			}
		}
	})
}
