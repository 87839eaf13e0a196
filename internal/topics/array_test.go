package topics_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/topics"
)

// Two files that are joined are two arrays. Nothing of a file is left out without
// a word.
func TestWhatFollowsAnArrayIsRead(t *testing.T) {
	for file, want := range map[string]struct {
		topics []string
		bad    int
	}{
		`[{"topic":"a"}][{"topic":"b"}]`:         {[]string{"a", "b"}, 0},
		"[{\"topic\":\"a\"}]\n\n":                {[]string{"a"}, 0},
		"[{\"topic\":\"a\"}]\n{\"topic\":\"b\"}": {[]string{"a", "b"}, 0},
		`[{"topic":"a"}] left over`:              {nil, 1},
		`[{"topic":"a"}]]`:                       {nil, 1},
	} {
		in, err := topics.Open("-", topics.Options{}, strings.NewReader(file))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		rep, err := in.Check()
		if err != nil || rep.BadRows != want.bad {
			t.Errorf("%s: %+v, %v", file, rep, err)
		}
		if want.bad == 0 {
			if got := texts(t, in); !slices.Equal(got, want.topics) {
				t.Errorf("%s: %q", file, got)
			}
		}
		_ = in.Close()
	}
}
