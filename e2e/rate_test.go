//go:build unix

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/scripted"
	"github.com/nightpress/nightpress/output"
)

// ratedRun runs two models over the same topics: a rehearsal model, and a model
// whose posts are hostile.
func ratedRun(t *testing.T, dir string) {
	t.Helper()
	topics := topicFile(t, len(hostile))
	mustRun(t, 0, dir, "run", topics, "-m", "rehearsal-steady", "--quiet")
	server, err := scripted.Start("wicked")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Away()
	for _, text := range hostile {
		server.Next(scripted.Reply{Text: text})
	}
	cmd := command(dir, "run", topics, "-m", "wicked", "-j", "1", "--attempts", "1", "--json")
	cmd.Env = append(cmd.Env, "OLLAMA_HOST="+server.Host())
	if r := finish(cmd); r.code != 0 {
		t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

// ratings reads the ratings in a folder's ledger.
func ratings(t *testing.T, dir string) (all []ledger.Rating) {
	t.Helper()
	l, err := ledger.OpenReadOnly(output.LedgerPath(filepath.Join(dir, "posts")))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for r, err := range l.Ratings(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func TestAPersonRatesPostsWithKeysAndEachAnswerIsInTheLedger(t *testing.T) {
	dir := t.TempDir()
	ratedRun(t, dir)
	cmd := command(dir, "rate", "--json")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	line, err := bufio.NewReader(out).ReadString('\n')
	var at struct{ URL string }
	if err == nil {
		err = json.Unmarshal([]byte(line), &at)
	}
	if err != nil {
		t.Fatalf("no address: %v\n%s", err, errs.String())
	}

	b := openBrowser(t, at.URL)
	b.look(1200, 800, false)
	b.open(at.URL)
	rated := func(n int) {
		t.Helper()
		b.wait(`document.readyState === "complete" && document.querySelector("[role=status]")?.textContent === %s`, fmt.Sprintf("%d of %d pairs rated", n, len(hostile)))
		if got := len(ratings(t, dir)); got != n {
			t.Errorf("the page says that %d are rated, the ledger has %d", n, got)
		}
	}
	for n, key := range []string{"1", "2", "="} {
		rated(n)
		for _, name := range []string{"wicked", "rehearsal-steady"} {
			if strings.Contains(eval[string](b, "document.documentElement.outerHTML"), name) {
				t.Errorf("the page tells whose post it is: %s", name)
			}
		}
		if got := eval[int](b, `document.querySelectorAll("article h2, article h3").length`); got < 4 {
			t.Errorf("%d headings in two posts", got)
		}
		if found := b.barriers(); len(found) > 0 {
			t.Errorf("axe: %s", strings.Join(found, "\n"))
		}
		b.look(360, 740, n == 1)
		b.inWidth(360)
		b.look(1200, 800, false)
		b.quiet()
		b.shortcut(key)
	}
	rated(len(hostile))
	b.shortcut("u")
	rated(len(hostile) - 1)
	b.shortcut("s")
	b.wait(`document.querySelector("h1").textContent === "No more pairs to rate"`)
	b.quiet()

	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v\n%s", err, errs.String())
	}
	for _, r := range ratings(t, dir) {
		if r.Rater != ledger.Person || r.Tie || r.A.Label == r.B.Label {
			t.Errorf("%+v", r)
		}
	}
}
