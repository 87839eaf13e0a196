package estimate

import "testing"

func TestWhatIsLeftOfAJobIsKnownFromThoseThatGotAsFar(t *testing.T) {
	var s Sizes
	if s.Mean() != 0 || s.Left(50) != 0 {
		t.Error("something is known of no job")
	}
	for _, n := range []int{100, 100, 100, 300, 300, 300, 0} {
		s.Add(n)
	}
	for tokens, want := range map[int]float64{0: 200, 50: 150, 100: 200, 250: 50, 300: 50, 900: 50} {
		if got := s.Left(tokens); got != want {
			t.Errorf("after %d tokens %g are left, want %g", tokens, got, want)
		}
	}
	for range mostSizes {
		s.Add(40)
	}
	if s.Mean() != 40 {
		t.Errorf("old jobs still count: %g", s.Mean())
	}
}
