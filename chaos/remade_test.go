//go:build linux

package chaos

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// warm is a second model that makes no mistakes.
const warm = "steady-warm"

const (
	makeWarm = `{"model": "steady-warm", "from": "rehearsal-steady", "parameters": {"temperature": 0.9}, "stream": false}`
	// otherParameters and otherWeights make a model of a given name anew.
	otherParameters = `{"model": %[1]q, "from": %[1]q, "parameters": {"temperature": 0.8}, "stream": false}`
	otherWeights    = `{"model": %[1]q, "from": "rehearsal-cut", "stream": false}`
)

// remade returns a copy of a folder of models, after these requests to make some.
func remade(t *testing.T, models string, requests ...string) (copied string) {
	t.Helper()
	copied = filepath.Join(t.TempDir(), "models")
	if err := os.CopyFS(copied, os.DirFS(models)); err != nil {
		t.Fatal(err)
	}
	maker := &server{dir: t.TempDir()}
	maker.use(t, copied)
	maker.start(t)
	defer maker.kill()
	for _, request := range requests {
		resp, err := http.Post("http://"+maker.addr+"/api/create", "application/json", strings.NewReader(request))
		if err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !strings.Contains(string(said), `"success"`) {
			t.Fatalf("%s: %s, %v: %s", request, resp.Status, err, said)
		}
	}
	return copied
}

// serverOf starts a server with a folder of models.
func serverOf(t *testing.T, models string) *server {
	t.Helper()
	s := &server{dir: t.TempDir()}
	s.use(t, models)
	s.start(t)
	t.Cleanup(s.kill)
	return s
}

// use makes a folder of models the server's, from its next start on.
func (s *server) use(t *testing.T, models string) {
	t.Helper()
	link := filepath.Join(s.dir, "models")
	if err := os.Remove(link); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if err := os.Symlink(models, link); err != nil {
		t.Fatal(err)
	}
}

// One of two servers comes back with another model of the name that it worked on. It
// makes no post of that model any more, and the run says why. It makes posts of the
// other model.
func TestAServerThatComesBackWithAnotherModelMakesNoPostOfIt(t *testing.T) {
	models := remade(t, filepath.Join(newServer(t).dir, "models"), makeWarm)
	for _, change := range []string{otherParameters, otherWeights}[:rounds(1, 2)] {
		stays, falls := serverOf(t, models), serverOf(t, models)
		door := newCounter(t, falls)
		f := newFolder(t, t.TempDir(), 24, twoServers(stays.addr, door.addr), steady, warm)
		r := f.start(t, "", "--attempts", "1")
		door.await(t, r, 4)
		model, free := steady, warm
		if len(door.perTopic(steady)) == 0 {
			model, free = warm, steady
		}
		falls.kill()
		asked := len(door.perTopic(model))
		falls.use(t, remade(t, models, fmt.Sprintf(change, model)))
		falls.start(t)
		r.wantExit(t, 0)
		if got := f.done(t); got != f.jobs {
			t.Errorf("%d posts of %d\n%s", got, f.jobs, r.tail())
		}
		if said := "server right has a different model named " + model; !strings.Contains(r.output.String(), said) {
			t.Errorf("it does not say %q:\n%s", said, r.tail())
		}
		if more := len(door.perTopic(model)) - asked; more != 0 {
			t.Errorf("the server that came back was asked for %d posts of %s", more, model)
		}
		if len(door.perTopic(free)) == 0 {
			t.Errorf("the server that came back was asked for no post of %s\n%s", free, r.tail())
		}
		broken, all := f.errors(t), f.attempts(t)
		if len(broken) > 0 || len(all) != f.jobs {
			t.Errorf("%d attempts for %d jobs, failed: %q", len(all), f.jobs, broken)
		}
		t.Logf("%s: %d posts of it before, %d of the other model after", model, asked, len(door.perTopic(free)))
	}
}

// The only server comes back with another model. No post is asked of it, and a run on
// the model of before makes the rest.
func TestTheOnlyServerComesBackWithAnotherModel(t *testing.T) {
	models := filepath.Join(newServer(t).dir, "models")
	only := serverOf(t, models)
	door := newCounter(t, only)
	f := newFolder(t, t.TempDir(), 12, "", steady)
	r := f.start(t, door.addr, "--attempts", "1")
	door.await(t, r, 4)
	only.kill()
	asked := door.requests()
	only.use(t, remade(t, models, fmt.Sprintf(otherParameters, steady)))
	only.start(t)
	r.wantExit(t, 3)
	if more := door.requests() - asked; more != 0 {
		t.Errorf("the other model was asked for %d posts", more)
	}
	if !strings.Contains(r.output.String(), "has a different model named "+steady) {
		t.Errorf("it does not say what is wrong:\n%s", r.tail())
	}
	t.Logf("with the other model:\n%s", r.tail())
	only.kill()
	only.use(t, models)
	only.start(t)
	r = f.start(t, door.addr, "--attempts", "1")
	r.wantExit(t, 0)
	if got := f.done(t); got != f.jobs || door.requests() > f.jobs+hit {
		t.Errorf("%d posts of %d with %d requests\n%s", got, f.jobs, door.requests(), r.tail())
	}
}

// await returns once so many posts were asked for.
func (c *counter) await(t *testing.T, r *running, n int) {
	t.Helper()
	for c.requests() < n {
		c.moves(r)
		select {
		case <-r.ended:
			t.Fatalf("over after %d requests:\n%s", c.requests(), r.tail())
		default:
		}
	}
}
