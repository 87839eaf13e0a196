package preflight

import (
	"fmt"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/scripted"
	"github.com/nightpress/nightpress/internal/settings"
)

func TestTheListOfTenThousandModelsIsAskedForOnce(t *testing.T) {
	const n = 10_000
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("model-%d:latest=copy-%d", i, i))
	}
	s, err := scripted.Start(names...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Away)
	shows := 0
	for _, c := range []struct {
		pattern string
		models  int
	}{{"model-42*", 111}, {"*", n}} {
		in := &settings.Settings{Config: config.Default(), Wanted: []string{c.pattern}, Patience: time.Minute}
		in.Hosts = []settings.Host{{URL: s.Host()}}
		before := s.Seen().Paths["/api/tags"]
		servers, err := ConnectAll(t.Context(), in, false, t.Logf)
		if err != nil {
			t.Fatal(err)
		}
		if err := Expand(t.Context(), servers, in, t.Logf); err != nil {
			t.Fatal(err)
		}
		loaded, err := Prompts(in)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := Lineup(t.Context(), servers, in, loaded)
		if err != nil {
			t.Fatal(err)
		}
		shows += c.models
		seen := s.Seen().Paths
		if len(entries) != c.models || seen["/api/tags"] != before+1 || seen["/api/show"] != shows {
			t.Errorf("-m %s: %d models, %d lists, %d of %d models shown", c.pattern, len(entries), seen["/api/tags"]-before, seen["/api/show"], shows)
		}
	}
}
