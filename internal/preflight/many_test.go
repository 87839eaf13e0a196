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

// A server of several that answers no lookup is asked one question, and is away then:
// its limit is waited for once, not for each model. The other server's models are
// there.
func TestASilentServerOfSeveralIsAskedOnce(t *testing.T) {
	names := []string{"a:latest", "b:latest", "c:latest", "d:latest"}
	for _, path := range []string{"/api/tags", "/api/show"} {
		for _, wanted := range [][]string{{"*"}, {"a", "b", "c", "d"}} {
			var silent, well *scripted.Server
			in := &settings.Settings{Config: config.Default(), Wanted: wanted, Patience: time.Minute}
			in.Server.Lookup = config.Duration(time.Second)
			for _, one := range []**scripted.Server{&silent, &well} {
				s, err := scripted.Start(names...)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(s.Away)
				*one = s
				in.Hosts = append(in.Hosts, settings.Host{Name: s.Host(), URL: s.Host()})
			}
			silent.Mute(path, scripted.Hangs)
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
			// A pattern asks for several at once.
			if n := silent.Seen().Paths[path]; n > len(names) || n != 1 && wanted[0] != "*" {
				t.Errorf("%s, -m %s: asked %d times", path, wanted, n)
			}
			if len(entries) != len(names) || servers[0].Away == nil || servers[1].Away != nil {
				t.Errorf("%s, -m %s: %d models, away: %v and %v", path, wanted, len(entries), servers[0].Away, servers[1].Away)
			}
			for _, e := range entries {
				if e.Unusable != nil || len(e.Excluded) > 0 || e.Server != well.Host() {
					t.Errorf("%s, -m %s: %s on %s: %v %v", path, wanted, e.Label, e.Server, e.Unusable, e.Excluded)
				}
			}
		}
	}
}
