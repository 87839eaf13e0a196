package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/reply"
)

const longModel = "rehearsal-long-post"

// longTopics writes a topics file, and has the server know the model.
func longTopics(t testing.TB, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	var b strings.Builder
	b.WriteString("topic\n")
	for i := range n {
		fmt.Fprintf(&b, "long topic %d\n", i+1)
	}
	if err := os.WriteFile(filepath.Join(dir, "topics.csv"), []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	if r := nightpress(dir, "rehearse", "-p", "long-post"); r.code != 0 {
		t.Fatal(r.stderr)
	}
	return dir
}

// shown is a job as show --json prints it.
type shown struct {
	Job struct {
		Slug, Status, Reason, Path string
		Words                      int
	}
	Attempts []record.Attempt
}

func showLong(t testing.TB, dir, topic string, flags ...string) (s shown) {
	t.Helper()
	r := nightpress(dir, append([]string{"show", topic, "--json"}, flags...)...)
	if r.code != 0 {
		t.Fatal(r.stderr)
	}
	if err := json.Unmarshal([]byte(r.stdout), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// bodyOf is a post without its front matter.
func bodyOf(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, body, ok := strings.Cut(strings.TrimPrefix(string(text), "---\n"), "\n---\n")
	if !ok {
		t.Fatalf("%s has no front matter", path)
	}
	return body
}

// long is what became of long posts.
type long struct {
	posts, inWords, tokens, rejected, repeating, requests int
	// malformed are the malformed replies, and sections the accepted sections.
	malformed, sections spend
	// phrases are those of eight words of all posts, and again those that an
	// earlier section of the post has as well. worst is the largest share of a
	// post, in percent.
	phrases, again int
	worst          float64
}

// spend is how many tokens replies have in all, and the longest of them.
type spend struct{ replies, tokens, most int }

func (s *spend) add(tokens int) {
	s.replies++
	s.tokens += tokens
	s.most = max(s.most, tokens)
}

// mean is the mean length of a reply, in tokens.
func (s *spend) mean() float64 { return float64(s.tokens) / float64(max(1, s.replies)) }

func (l *long) add(t testing.TB, out string, s shown) {
	t.Helper()
	for _, a := range s.Attempts {
		l.requests++
		l.tokens += a.EvalCount
		switch {
		case a.Step != nil && a.Step.Accepted && a.Step.Kind == contract.PartSection:
			l.sections.add(a.EvalCount)
		case a.Malformed():
			l.malformed.add(a.EvalCount)
		}
	}
	if s.Job.Status != "done" {
		l.rejected++
		return
	}
	l.posts++
	if s.Job.Words >= 3600 && s.Job.Words <= 4400 {
		l.inWords++
	}
	all, again := reply.Repeated(bodyOf(t, filepath.Join(out, s.Job.Path)))
	if l.phrases, l.again = l.phrases+all, l.again+again; again*100 > all {
		l.repeating++
	}
	l.worst = max(l.worst, 100*float64(again)/float64(max(1, all)))
}

func TestLongPostsAreWrittenSectionBySection(t *testing.T) {
	const topics = 3
	dir := longTopics(t, topics)
	mustRun(t, 0, dir, "run", "topics.csv", "-m", longModel, "-p", "long-post")
	var l long
	for i := range topics {
		s := showLong(t, dir, fmt.Sprintf("long topic %d", i+1))
		l.add(t, filepath.Join(dir, "posts"), s)
		if first := s.Attempts[0].Step; first == nil || first.Kind != contract.PartOutline {
			t.Errorf("%s begins with %v", s.Job.Slug, first)
		}
	}
	if l.posts != topics || l.inWords != topics || l.repeating > 0 {
		t.Errorf("%+v", l)
	}
	// A fault costs one section, not the post. What runs on is stopped within a
	// paragraph, which has six of the model's tokens.
	const paragraph = 6
	if l.malformed.most > l.sections.most+paragraph {
		t.Errorf("a malformed reply has %d tokens, the longest section %d", l.malformed.most, l.sections.most)
	}
	t.Logf("%+v", l)
}

// sectionsBegun is how many sections posts in progress have; 0 while there is no
// ledger yet.
func sectionsBegun(t testing.TB, dir string) int {
	t.Helper()
	var s struct {
		Begun struct{ Sections int }
	}
	if r := nightpress(dir, "status", "--json"); r.code == 0 {
		if err := json.Unmarshal([]byte(r.stdout), &s); err != nil {
			t.Fatal(err)
		}
	}
	return s.Begun.Sections
}

// What a killed run has accepted is not requested again.
func TestAKilledRunContinuesItsLongPostAtItsSection(t *testing.T) {
	dir := longTopics(t, 1)
	cmd := command(dir, "run", "topics.csv", "-m", longModel, "-p", "long-post", "--json", "--log-file", "run.log")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	timeout := time.After(3 * time.Minute)
	for sectionsBegun(t, dir) < 3 {
		select {
		case err := <-ended:
			t.Fatalf("the run ended before it was killed: %v", err)
		case <-timeout:
			_ = cmd.Process.Kill()
			t.Fatal("no third section in three minutes")
		default:
		}
	}
	_ = cmd.Process.Kill()
	<-ended
	before := showLong(t, dir, "long topic 1")
	mustRun(t, 0, dir, "run", "topics.csv", "-m", longModel, "-p", "long-post")
	after := showLong(t, dir, "long topic 1")
	accepted := map[string]int{}
	for i, a := range after.Attempts {
		if i < len(before.Attempts) && (a.Seed != before.Attempts[i].Seed || a.EvalCount != before.Attempts[i].EvalCount) {
			t.Errorf("attempt %d is another one than before the kill", i+1)
		}
		if a.Step.Accepted {
			accepted[a.Step.String()]++
		}
	}
	for step, times := range accepted {
		if times != 1 {
			t.Errorf("%s was written %d times", step, times)
		}
	}
	if after.Job.Status != "done" || len(before.Attempts) < 4 {
		t.Errorf("%s: %s, after %d attempts", after.Job.Status, after.Job.Reason, len(before.Attempts))
	}
}
