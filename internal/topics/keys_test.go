package topics_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nightpress/nightpress/internal/topics"
)

// keys.json was written by the reader that the first ledgers were made with.
// A topic whose key changes is asked for again.
func TestTheTopicsOfOldFilesKeepTheirKeys(t *testing.T) {
	text, err := os.ReadFile("testdata/keys/keys.json")
	if err != nil {
		t.Fatal(err)
	}
	var files []struct {
		File   string
		Args   topics.Options
		Topics []struct {
			Text, Slug, Key string
			Line            int
			Row             map[string]string
		}
		Bad []int
	}
	if err := json.Unmarshal(text, &files); err != nil {
		t.Fatal(err)
	}
	if len(files) < 25 {
		t.Fatalf("%d files", len(files))
	}
	for _, f := range files {
		t.Run(f.File, func(t *testing.T) {
			in, err := topics.Open(filepath.Join("testdata/keys", f.File), f.Args, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			var got []topics.Topic
			var bad []int
			for tp, err := range in.All() {
				var b *topics.BadRow
				switch {
				case errors.As(err, &b):
					bad = append(bad, b.Line)
				case err != nil:
					t.Fatal(err)
				default:
					got = append(got, tp)
				}
			}
			if len(got) != len(f.Topics) || !slices.Equal(bad, f.Bad) {
				t.Fatalf("%d topics, bad rows %v; want %d and %v", len(got), bad, len(f.Topics), f.Bad)
			}
			for i, want := range f.Topics {
				g := got[i]
				if g.Key != want.Key || g.Slug != want.Slug || g.Line != want.Line {
					t.Errorf("got %+v, want %+v", g, want)
				}
				if want.Row != nil && (g.Text != want.Text || !maps.Equal(g.Row, want.Row)) {
					t.Errorf("got %q %q, want %q %q", g.Text, g.Row, want.Text, want.Row)
				}
			}
		})
	}
}
