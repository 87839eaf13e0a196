package estimate

import (
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

func TestTheRestIsEstimatedModelByModel(t *testing.T) {
	for name, c := range map[string]struct {
		workers int
		parts   []Part
		want    time.Duration
	}{
		"nothing is known":                  {2, []Part{{Left: 10}}, 0},
		"nothing is left":                   {2, []Part{{Jobs: 4, Seconds: 40}}, 0},
		"this run's pace, shared by two":    {2, []Part{{Left: 10, Jobs: 4, Seconds: 40}}, 50 * time.Second},
		"the pace of earlier runs":          {1, []Part{{Left: 10, Earlier: 7}}, 70 * time.Second},
		"tonight outweighs earlier":         {1, []Part{{Left: 10, Earlier: 100, Jobs: 297, Seconds: 297}}, 19900 * time.Millisecond},
		"a slow model comes after a fast":   {1, []Part{{Left: 2, Jobs: 8, Seconds: 8}, {Left: 10, Earlier: 60}}, 602 * time.Second},
		"an unknown one is like the others": {1, []Part{{Jobs: 8, Seconds: 16}, {Left: 10}}, 20 * time.Second},
		"the last job has one worker":       {4, []Part{{Left: 1, Jobs: 4, Seconds: 40}}, 10 * time.Second},
	} {
		r := &Estimate{Workers: c.workers, Parts: map[string]*Part{}}
		for i := range c.parts {
			r.Parts[string(rune('a'+i))] = &c.parts[i]
		}
		got, known := r.Duration()
		if got.Round(time.Millisecond) != c.want || known != (c.want > 0) {
			t.Errorf("%s: %s (%v), want %s", name, got, known, c.want)
		}
	}
}

func TestAJobThatEndsTeachesThePaceOfItsModel(t *testing.T) {
	r := &Estimate{Workers: 1, Parts: map[string]*Part{"a": {Left: 3}}}
	r.Ended(&record.Result{Label: "a", Status: record.Done, Earlier: 1, Attempts: []record.Attempt{{Seconds: 99}, {Seconds: 4}, {Seconds: 6}}})
	r.Ended(&record.Result{Label: "a", Status: record.SetAside})
	if got, known := r.Duration(); !known || got != 10*time.Second {
		t.Errorf("%s (%v)", got, known)
	}
}
