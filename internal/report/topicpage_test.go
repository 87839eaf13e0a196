package report_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/report"
	"github.com/nightpress/nightpress/output"
)

// A topic's page leads to the other samples, and shows what was sent, the headings, and
// the raters' words.
func TestATopicPageShowsSamplesThePromptAndTheRatersWords(t *testing.T) {
	dir := made(t)
	to := filepath.Join(t.TempDir(), "report")
	l, err := ledger.Open(output.LedgerPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var answer ledger.Rating
	for r, err := range l.Ratings(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		answer = r
	}
	answer.Comment, answer.Rater, answer.Criterion = `</q><script>alert("words")</script>`, "zoe", "clarity"
	if _, err := l.Rate(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, dir).Write(t.Context(), report.Pages{Dir: to, Now: clock}); err != nil {
		t.Fatal(err)
	}
	page := read(t, to, "topics", answer.Slug+".html")
	for _, want := range []string{
		`<b aria-current="page">1</b>`, `<a href="` + answer.Slug + `.2.html">2</a>`, "You write posts.", "Write a post about ", "End it with -EndOFText-.",
		"<bdi>Section 1 of ", "<bdi>zoe</bdi>", " by clarity", `&lt;script&gt;alert(&#34;words&#34;)`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is not on the page", want)
		}
	}
	if strings.Contains(page, `<script>alert("words")`) {
		t.Error("a comment runs")
	}
	second := read(t, to, "topics", answer.Slug+".2.html")
	if !strings.Contains(second, `<a href="`+answer.Slug+`.html">1</a>`) || !strings.Contains(second, "nightpress rate --as") {
		t.Error("the second sample does not lead to the first, or does not say how to rate it")
	}
}

// A post that is not there comes with what a person can do about it.
func TestAPostThatIsNotThereComesWithAdvice(t *testing.T) {
	s := newShelf(t, filepath.Join(t.TempDir(), "posts"))
	s.put(result("m", "Rejected one", 100, "body-short"))
	to := filepath.Join(t.TempDir(), "report")
	write(t, open(t, s.dir), to)
	page := read(t, to, "topics", "rejected-one.html")
	for _, want := range []string{"<code>nightpress redo rejected-one</code>", "older version of nightpress"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is not on the page", want)
		}
	}
	if index := read(t, to, "index.html"); !strings.Contains(index, "This is one model only.") {
		t.Error("the overview does not say how to compare")
	}
}
