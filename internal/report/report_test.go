package report_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/report"
	"github.com/nightpress/nightpress/internal/word"
	"github.com/nightpress/nightpress/output"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// night is the time of all events in these tests.
var night = time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)

func clock() time.Time { return night }

// shelf is an output folder that tests fill as a run does.
type shelf struct {
	t    *testing.T
	dir  string
	sink *output.Sink
}

func newShelf(t *testing.T, dir string) *shelf {
	t.Helper()
	folder, err := output.Open(dir, "nightpress run")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(folder.LedgerPath())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close(); _ = folder.Close() })
	return &shelf{t, dir, &output.Sink{Folder: folder, Ledger: l, RunID: 1, Now: clock}}
}

func (s *shelf) put(results ...*record.Result) {
	s.t.Helper()
	for _, res := range results {
		if _, err := s.sink.Save(s.t.Context(), res); err != nil {
			s.t.Fatal(err)
		}
	}
}

// open opens a report that the test closes.
func open(t *testing.T, folders ...string) *report.Report {
	t.Helper()
	r, err := report.Open(folders)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// result is a job of a model. Each code is the problem of an attempt, or "" for
// the attempt that is accepted.
func result(label, topic string, tokens int, codes ...string) *record.Result {
	slug := output.Slug(topic)
	res := &record.Result{
		ID: label + "/" + slug, Topic: topic, Slug: slug, Label: label, Model: label + ":latest",
		Digest: strings.Repeat("ab", 32), Prompt: "blog-post", Status: record.Rejected,
	}
	for i, code := range codes {
		a := record.Attempt{
			N: i + 1, Remedy: contract.RemedyFirst, Seed: int64(100 + i), Started: night,
			Seconds: float64(tokens)/50 + 0.5, FirstToken: 0.5,
			Usage: llm.Usage{EvalCount: tokens, LoadSeconds: 0.01 * float64(i+1)},
			Reply: "the reply of " + topic,
		}
		if i > 0 {
			a.Remedy = contract.RemedyAgain
		}
		if code != "" {
			a.Problems = []contract.Problem{{Code: word.Of[contract.ProblemCode](code), Line: 3, Message: "it is " + code}}
		}
		res.Attempts = append(res.Attempts, a)
	}
	if n := len(codes); n > 0 && codes[n-1] == "" {
		body := words(topic, tokens/2)
		res.Status = record.Done
		res.Post = &contract.Post{
			Fields: []contract.Value{{Key: "title", Text: "About " + topic}, {Key: "tags", List: []string{"Cats", output.Slug(topic)}}},
			Body:   "## First\n\n" + body + "\n\n## Second\n\n*last* words", Words: tokens/2 + 4,
		}
	} else {
		res.Reason = fmt.Sprintf("%d attempts", len(codes))
	}
	return res
}

// words returns n words that no other topic shares.
func words(topic string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s%d ", output.Slug(topic), i)
	}
	return strings.TrimSpace(b.String())
}

// threeModels writes the folder of the golden files: a good model, one that
// needs remedies, and one that fails, with a job of every outcome.
func threeModels(t *testing.T) string {
	s := newShelf(t, filepath.Join(t.TempDir(), "posts"))
	for i := range 12 {
		topic := fmt.Sprintf("Topic number %d", i+1)
		s.put(result("steady", topic, 100+i, ""))
		middling := result("middling", topic, 140+2*i, "")
		if i%2 == 1 {
			middling = result("middling", topic, 140+2*i, "marker-missing", "")
		}
		if i%4 == 0 {
			middling.Attempts[0].Repairs = []contract.Repair{{Code: contract.RepairPreamble, Line: 1}}
		}
		s.put(middling)
		switch i {
		case 10:
			aside := result("poor", topic, 0)
			aside.Status, aside.Reason = record.SetAside, "the model is gone"
			s.put(aside)
		case 11:
			j := &batch.Job{ID: "poor/pending", Topic: topic, Slug: output.Slug(topic), Model: llm.Model{Label: "poor", Name: "poor:latest"}}
			if err := s.sink.SaveAttempt(t.Context(), j, &result("poor", topic, 90, "body-short").Attempts[0]); err != nil {
				t.Fatal(err)
			}
		default:
			s.put(result("poor", topic, 200, "field-missing", "body-short"))
		}
	}
	for _, took := range []string{"3.500", "4.500"} {
		if err := s.sink.Ledger.AddEvent(t.Context(), 1, ledger.Event{Kind: ledger.EventLoaded, Model: "steady", Text: took}); err != nil {
			t.Fatal(err)
		}
	}
	rate(t, s, 9, "steady", "middling", false)
	rate(t, s, 1, "middling", "steady", false)
	rate(t, s, 2, "steady", "middling", true)
	// A post that nearly repeats another, and a post that a person edited.
	again := result("steady", "Topic number 3", 102, "")
	again.ID, again.Topic, again.Slug = "steady/again", "Topic number 3 again", "topic-number-3-again"
	s.put(again)
	if err := os.WriteFile(filepath.Join(s.dir, "steady", "topic-number-2.md"), []byte("# Mine\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	return s.dir
}

// rate records n ratings of two labels' posts.
func rate(t *testing.T, s *shelf, n int, winner, loser string, tie bool) {
	for i := range n {
		slug := fmt.Sprintf("topic-number-%d", i+3)
		r := ledger.Rating{Rater: ledger.Person, Tie: tie, Duel: ledger.Duel{Topic: slug, Slug: slug,
			A: ledger.RatedPost{Label: winner, Job: winner + "/" + slug}, B: ledger.RatedPost{Label: loser, Job: loser + "/" + slug}}}
		if _, err := s.sink.Ledger.Rate(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update rewrites it); got:\n%s", path, got)
	}
}

func TestTheNumbersOfAFixedLedgerAsLines(t *testing.T) {
	var out bytes.Buffer
	if err := open(t, threeModels(t)).JSON(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.jsonl", out.Bytes())
}

func TestTheJobsOfAFixedLedgerAsATable(t *testing.T) {
	var out bytes.Buffer
	if err := open(t, threeModels(t)).CSV(t.Context(), &out, "jobs"); err != nil {
		t.Fatal(err)
	}
	golden(t, "jobs.csv", out.Bytes())
}

func write(t *testing.T, r *report.Report, to string) report.Written {
	t.Helper()
	w, err := r.Write(t.Context(), report.Pages{Dir: to, Version: "v1", Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The golden files leave out charts, style and script: browser tests cover them.
func TestThePagesOfAFixedLedger(t *testing.T) {
	dir := threeModels(t)
	t.Chdir(filepath.Dir(dir))
	to := filepath.Join(t.TempDir(), "report")
	if w := write(t, open(t, "posts"), to); w != (report.Written{Models: 3, Topics: 13, Jobs: 37}) {
		t.Errorf("%+v", w)
	}
	index, topic := read(t, to, "index.html"), read(t, to, "topics", "topic-number-2.html")
	t.Chdir(here)
	golden(t, "index.html", bare(index))
	golden(t, "topic.html", bare(topic))
}

var here, _ = os.Getwd()

func bare(page string) []byte {
	page = regexp.MustCompile(`(?s)<style>.*?</style>|<script>.*?</script>|<svg.*?</svg>`).ReplaceAllString(page, "…")
	page = regexp.MustCompile(`href="data:[^"]*"`).ReplaceAllString(page, `href="data:…"`)
	return []byte(regexp.MustCompile(`sha256-[^"]*?&#39;`).ReplaceAllString(page, "sha256-…&#39;"))
}

// A post that is to be made again is still there, and the page shows it.
func TestAPostThatIsToBeMadeAgainIsShown(t *testing.T) {
	dir := t.TempDir()
	s := newShelf(t, dir)
	s.put(result("a", "Cats", 100, ""))
	if err := s.sink.Ledger.Redo(t.Context(), []string{"a/cats"}, nil); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "report")
	if _, err := open(t, dir).Write(t.Context(), report.Pages{Dir: to, Now: clock}); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(to, "topics", "cats.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"About Cats", "<em>last</em> words", "unfinished", "marked with redo"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("%q is not on the page", want)
		}
	}
}

func TestAReportIsMadeAgainInItsPlaceAndTouchesNothingElse(t *testing.T) {
	to := filepath.Join(t.TempDir(), "report")
	s := newShelf(t, filepath.Join(t.TempDir(), "posts"))
	s.put(result("steady", "Gone", 50, ""), result("steady", "Here", 50, ""))
	write(t, open(t, s.dir), to)
	mine := filepath.Join(to, "topics", "mine.html")
	if err := os.WriteFile(mine, []byte("<p>mine</p>"), 0o666); err != nil {
		t.Fatal(err)
	}
	// What a report that was killed left behind.
	if err := os.WriteFile(filepath.Join(to, ".np-killed.tmp"), []byte("<p>half"), 0o666); err != nil {
		t.Fatal(err)
	}
	other := newShelf(t, filepath.Join(t.TempDir(), "posts"))
	other.put(result("steady", "Here", 50, ""))
	write(t, open(t, other.dir), to)
	found, err := filepath.Glob(filepath.Join(to, "topics", "*"))
	if err != nil || len(found) != 2 || filepath.Base(found[0]) != "here.html" || found[1] != mine {
		t.Errorf("%v, %v", found, err)
	}
	// A topic whose page has the name of another file is refused.
	other.put(result("steady", "Mine", 50, ""))
	_, err = open(t, other.dir).Write(t.Context(), report.Pages{Dir: to, Now: clock})
	var foreign *report.ForeignError
	if !errors.As(err, &foreign) || foreign.Path != mine || read(t, mine) != "<p>mine</p>" {
		t.Errorf("%v", err)
	}
	if temp, _ := filepath.Glob(filepath.Join(to, "*.tmp")); len(temp) > 0 {
		t.Errorf("left behind: %v", temp)
	}
}

func TestAFolderWithAnotherIndexIsRefused(t *testing.T) {
	s := newShelf(t, filepath.Join(t.TempDir(), "posts"))
	s.put(result("steady", "Here", 50, ""))
	to := t.TempDir()
	if err := os.WriteFile(filepath.Join(to, "index.html"), []byte("<p>a site"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, s.dir).Write(t.Context(), report.Pages{Dir: to, Now: clock})
	var foreign *report.ForeignError
	if !errors.As(err, &foreign) || foreign.Hint() == "" {
		t.Fatalf("%v", err)
	}
	if left, _ := os.ReadDir(to); len(left) != 1 {
		t.Errorf("written all the same: %v", left)
	}
}

func TestSeveralFoldersAreComparedTopicByTopic(t *testing.T) {
	dir := t.TempDir()
	a, b := newShelf(t, filepath.Join(dir, "posts-a")), newShelf(t, filepath.Join(dir, "posts-b"))
	a.put(result("steady", "Both", 50, ""), result("steady", "Only A", 50, ""))
	b.put(result("steady", "Both", 60, "body-short"), result("steady", "Zebra", 60, ""))
	t.Chdir(dir)
	r := open(t, "posts-a", "posts-b")
	if w := write(t, r, "report"); w != (report.Written{Models: 2, Topics: 3, Jobs: 4}) {
		t.Errorf("%+v", w)
	}
	both := read(t, "report", "topics", "both.html")
	for _, want := range []string{"<bdi>posts-a/steady</bdi>", "<bdi>posts-b/steady</bdi>", "body-short", "About Both", `href="only-a.html"`} {
		if !strings.Contains(both, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
}

func TestPostsOfSeveralVersionsOfTheServerAreSaid(t *testing.T) {
	read := func(dir string) (page, lines string) {
		pages := filepath.Join(t.TempDir(), "report")
		if _, err := open(t, dir).Write(t.Context(), report.Pages{Dir: pages, Now: clock}); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(pages, "index.html"))
		if err != nil {
			t.Fatal(err)
		}
		var all bytes.Buffer
		if err := open(t, dir).JSON(t.Context(), &all); err != nil {
			t.Fatal(err)
		}
		return string(text), all.String()
	}
	s := newShelf(t, filepath.Join(t.TempDir(), "posts"))
	at := func(version string, results ...*record.Result) {
		id, err := s.sink.Ledger.BeginRun(t.Context(), "nightpress run", "http://127.0.0.1:11434", version)
		if err != nil {
			t.Fatal(err)
		}
		s.sink.RunID = id
		s.put(results...)
	}
	at("0.17.4", result("m", "Tides", 100, ""), result("m", "Waves", 100, ""))
	const sentence = "These posts come from Ollama 0.17.4 and 0.33.0:"
	// A newer server rejected a job, so the job is not one of its posts.
	at("0.33.0", result("m", "Foam", 100, "loop"))
	if page, lines := read(s.dir); strings.Contains(page, "These posts come from") || !strings.Contains(lines, `"server_versions":["0.17.4"]`) {
		t.Errorf("of one version:\n%s", lines)
	}
	at("0.33.0", result("m", "Currents", 100, ""), result("n", "Tides", 100, ""))
	page, lines := read(s.dir)
	if !strings.Contains(page, sentence) {
		t.Error("the page does not say that there are two versions")
	}
	for _, want := range []string{`"server_versions":["0.17.4","0.33.0"]`, `"server_versions":["0.33.0"]`} {
		if !strings.Contains(lines, want) {
			t.Errorf("no %s in\n%s", want, lines)
		}
	}
}

func TestALongListOfTopicsGoesOnOnFurtherPages(t *testing.T) {
	t.Cleanup(report.SetListSize(10))
	s := newShelf(t, filepath.Join(t.TempDir(), "posts"))
	entries := make([]ledger.Entry, 0, 21)
	for i := range cap(entries) {
		topic := fmt.Sprintf("T%02d", i)
		entries = append(entries, ledger.Entry{Result: &record.Result{ID: topic, Topic: topic, Slug: strings.ToLower(topic), Label: "steady", Status: record.SetAside}})
	}
	if err := s.sink.Ledger.Commit(t.Context(), 1, entries); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "report")
	write(t, open(t, s.dir), to)
	for name, want := range map[string][2]string{
		"index.html":      {`"t00.html"`, `"t10.html"`},
		"topics-2.html":   {`"t10.html"`, `"t20.html"`},
		"topics-3.html":   {`"t20.html"`, `"t19.html"`},
		"topics/t20.html": {`href="../topics-3.html"`, `rel="next"`},
		"topics/t09.html": {`href="t10.html"`, `href="../topics-2.html"`},
	} {
		page := read(t, to, name)
		if !strings.Contains(page, want[0]) || strings.Contains(page, want[1]) {
			t.Errorf("%s: want %s and not %s", name, want[0], want[1])
		}
	}
	if index := read(t, to, "index.html"); !strings.Contains(index, `<a href="topics-3.html">21–21</a>`) {
		t.Error("the index does not lead to the last list")
	}
}

func TestALedgerThatIsNotThereIsSaid(t *testing.T) {
	if _, err := report.Open([]string{t.TempDir()}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
