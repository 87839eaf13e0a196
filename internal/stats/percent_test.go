package stats_test

import (
	"testing"

	"github.com/nightpress/nightpress/internal/stats"
)

func TestAPercentageIsRoundedAndNeverAllOrNothingForAPart(t *testing.T) {
	for _, c := range []struct {
		k, n int
		want string
	}{
		{139, 200, "70%"}, {199, 200, ">99%"}, {1, 200, "1%"}, {1, 201, "<1%"}, {57, 200, "29%"}, {1, 3, "33%"}, {2, 3, "67%"},
		{0, 7, "0%"}, {7, 7, "100%"}, {999_999, 1_000_000, ">99%"}, {1, 1_000_000, "<1%"}, {0, 0, "–"},
	} {
		if got := stats.PercentOf(c.k, c.n); got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.k, c.n, got, c.want)
		}
	}
}
