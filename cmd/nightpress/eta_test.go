package main

import (
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

func TestTheRestIsEstimatedModelByModel(t *testing.T) {
	for name, c := range map[string]struct {
		workers int
		parts   []restPart
		want    time.Duration
	}{
		"nothing is known":                  {2, []restPart{{left: 10}}, 0},
		"nothing is left":                   {2, []restPart{{jobs: 4, seconds: 40}}, 0},
		"this run's pace, shared by two":    {2, []restPart{{left: 10, jobs: 4, seconds: 40}}, 50 * time.Second},
		"the pace of earlier runs":          {1, []restPart{{left: 10, earlier: 7}}, 70 * time.Second},
		"tonight outweighs earlier":         {1, []restPart{{left: 10, earlier: 100, jobs: 297, seconds: 297}}, 19900 * time.Millisecond},
		"a slow model comes after a fast":   {1, []restPart{{left: 2, jobs: 8, seconds: 8}, {left: 10, earlier: 60}}, 602 * time.Second},
		"an unknown one is like the others": {1, []restPart{{jobs: 8, seconds: 16}, {left: 10}}, 20 * time.Second},
		"the last job has one worker":       {4, []restPart{{left: 1, jobs: 4, seconds: 40}}, 10 * time.Second},
	} {
		r := &rest{workers: c.workers, parts: map[string]*restPart{}}
		for i := range c.parts {
			r.parts[string(rune('a'+i))] = &c.parts[i]
		}
		got, known := r.duration()
		if got.Round(time.Millisecond) != c.want || known != (c.want > 0) {
			t.Errorf("%s: %s (%v), want %s", name, got, known, c.want)
		}
	}
}

func TestAJobThatEndsTeachesThePaceOfItsModel(t *testing.T) {
	r := &rest{workers: 1, parts: map[string]*restPart{"a": {left: 3}}}
	r.ended(&record.Result{Label: "a", Status: record.Done, Earlier: 1, Attempts: []record.Attempt{{Seconds: 99}, {Seconds: 4}, {Seconds: 6}}})
	r.ended(&record.Result{Label: "a", Status: record.SetAside})
	if got, known := r.duration(); !known || got != 10*time.Second {
		t.Errorf("%s (%v)", got, known)
	}
}
