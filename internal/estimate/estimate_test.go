package estimate

import (
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// part is the part of a label on one server.
type part struct {
	Left    int
	Words   int
	Earlier float64
	Jobs    int
	Seconds float64
}

func TestTheRestIsEstimatedModelByModel(t *testing.T) {
	for name, c := range map[string]struct {
		workers int
		parts   []part
		want    time.Duration
	}{
		"nothing is known":                  {2, []part{{Left: 10}}, 0},
		"nothing is left":                   {2, []part{{Jobs: 4, Seconds: 40}}, 0},
		"this run's pace, shared by two":    {2, []part{{Left: 10, Jobs: 4, Seconds: 40}}, 50 * time.Second},
		"the pace of earlier runs":          {1, []part{{Left: 10, Earlier: 7}}, 70 * time.Second},
		"tonight outweighs earlier":         {1, []part{{Left: 10, Earlier: 100, Jobs: 297, Seconds: 297}}, 19900 * time.Millisecond},
		"a slow model comes after a fast":   {1, []part{{Left: 2, Jobs: 8, Seconds: 8}, {Left: 10, Earlier: 60}}, 602 * time.Second},
		"an unknown one is like the others": {1, []part{{Jobs: 8, Seconds: 16}, {Left: 10}}, 20 * time.Second},
		"a long one takes longer":           {1, []part{{Jobs: 8, Seconds: 16, Words: 500}, {Left: 10, Words: 4000}}, 160 * time.Second},
		"a long one beside an open one":     {1, []part{{Jobs: 8, Seconds: 16}, {Left: 10, Words: 4000}}, 20 * time.Second},
		"the last job has one worker":       {4, []part{{Left: 1, Jobs: 4, Seconds: 40}}, 10 * time.Second},
	} {
		r := &Estimate{Servers: []Server{{Workers: map[string]int{"a": c.workers, "b": c.workers}}}, Parts: map[string]*Part{}}
		for i, p := range c.parts {
			r.Parts[string(rune('a'+i))] = &Part{Jobs: Jobs{Left: p.Left, Words: p.Words}, Paces: map[string]*Measured{"": {p.Earlier, p.Jobs, p.Seconds}}}
		}
		got, known := r.Duration()
		if got.Round(time.Millisecond) != c.want || known != (c.want > 0) {
			t.Errorf("%s: %s (%v), want %s", name, got, known, c.want)
		}
	}
}

func TestAJobThatEndsTeachesThePaceOfItsModel(t *testing.T) {
	r := &Estimate{Servers: []Server{{Workers: map[string]int{"a": 1}}}, Parts: map[string]*Part{"a": {Jobs: Jobs{Left: 3}}}}
	r.Ended(&record.Result{Label: "a", Status: record.Done, Earlier: 1, Attempts: []record.Attempt{{Seconds: 99}, {Seconds: 4}, {Seconds: 6}}})
	r.Ended(&record.Result{Label: "a", Status: record.SetAside})
	if got, known := r.Duration(); !known || got != 10*time.Second {
		t.Errorf("%s (%v)", got, known)
	}
}

// Each server makes posts at its own pace, with its own workers.
func TestAllServersShareTheRest(t *testing.T) {
	on := func(fast, slow int) []Server {
		return []Server{{"fast", map[string]int{"a": fast}}, {"slow", map[string]int{"a": slow}}}
	}
	for name, c := range map[string]struct {
		servers []Server
		paces   map[string]*Measured
		left    int
		want    time.Duration
	}{
		"4 at 10 s and 1 at 30 s":        {on(4, 1), map[string]*Measured{"fast": {Earlier: 10}, "slow": {Earlier: 30}}, 130, 300 * time.Second},
		"the fast one alone":             {on(4, 0), map[string]*Measured{"fast": {Earlier: 10}, "slow": {Earlier: 30}}, 120, 300 * time.Second},
		"one that is not known yet":      {on(2, 2), map[string]*Measured{"fast": {Earlier: 10}}, 40, 100 * time.Second},
		"only another server is known":   {on(1, 1), map[string]*Measured{"gone": {Earlier: 10}}, 10, 50 * time.Second},
		"the last one is the fast one's": {on(4, 1), map[string]*Measured{"fast": {Earlier: 10}, "slow": {Earlier: 30}}, 1, 10 * time.Second},
		"none is there now":              {on(0, 0), map[string]*Measured{"fast": {Earlier: 10}}, 3, 30 * time.Second},
	} {
		r := &Estimate{Servers: c.servers, Parts: map[string]*Part{"a": {Jobs: Jobs{Left: c.left}, Paces: c.paces}}}
		if got, known := r.Of("a"); !known || got.Round(time.Millisecond) != c.want {
			t.Errorf("%s: %s (%v), want %s", name, got, known, c.want)
		}
	}
	r := &Estimate{Servers: on(2, 2), Parts: map[string]*Part{"a": {Jobs: Jobs{Left: 80}, Paces: map[string]*Measured{"fast": {Earlier: 10}, "slow": {Earlier: 10}}}}}
	r.Tuned("fast", "a", 6)
	if got, _ := r.Of("a"); got != 100*time.Second {
		t.Errorf("with 6 and 2 workers %s", got)
	}
}
