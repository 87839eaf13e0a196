package estimate

import (
	"slices"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

func TestALongPostIsNotExpectedToTakeTheTimeOfAShortOne(t *testing.T) {
	const s = time.Second
	short := []record.Took{{Prompt: "short", Words: 400, Duration: 4 * s}, {Prompt: "short", Duration: 2 * s}, {Prompt: "short", Words: 600, Duration: 6 * s}}
	long := record.Took{Prompt: "long", Words: 4100, Duration: 50 * s}
	for name, c := range map[string]struct {
		jobs Jobs
		all  []record.Took
		want []time.Duration
	}{
		"by words, with what rejected jobs took": {Jobs{Prompt: "long", Words: 4000}, short, []time.Duration{32 * s, 16 * s, 48 * s}},
		"as long as its own":                     {Jobs{Prompt: "long", Words: 4000}, append(short, long), []time.Duration{50 * s}},
		"without words":                          {Jobs{Prompt: "open"}, short, []time.Duration{4 * s, 2 * s, 6 * s}},
		"of an unknown prompt":                   {Jobs{Words: 4000}, short, []time.Duration{4 * s, 2 * s, 6 * s}},
		"without a post":                         {Jobs{Prompt: "long", Words: 4000}, short[1:2], nil},
		"without anything":                       {Jobs{Prompt: "long", Words: 4000}, nil, nil},
	} {
		var got []time.Duration
		for _, one := range c.jobs.Like(c.all) {
			got = append(got, one.Duration)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
