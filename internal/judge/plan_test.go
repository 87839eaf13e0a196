package judge

import (
	"testing"
	"time"
)

func TestThePaceOfAJudgeIsTheMedianOfItsGaps(t *testing.T) {
	begin := time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)
	at := func(seconds ...int) (times []string) {
		for _, s := range seconds {
			times = append(times, begin.Add(time.Duration(s)*time.Second).Format(time.RFC3339Nano))
		}
		return times
	}
	damaged := at(0, 10, 20, 30, 40)
	damaged[2] = "yesterday"
	for what, c := range map[string]struct {
		times []string
		want  time.Duration
	}{
		"none":                   {nil, 0},
		"two gaps":               {at(0, 10, 20), 0},
		"three gaps":             {at(0, 10, 21, 33), 11 * time.Second},
		"a day between two runs": {at(0, 10, 20, 86400, 86410, 86420), 10 * time.Second},
		"a clock set back":       {at(0, 10, 20, -3600, -3590, -3580), 10 * time.Second},
		"too few after damage":   {damaged, 0},
	} {
		if got := medianGap(c.times); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}
