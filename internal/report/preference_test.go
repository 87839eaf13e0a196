package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/stats"
	"github.com/nightpress/nightpress/output"
)

// lines reads the JSON lines of an event.
func lines(t *testing.T, dir, event string) (all []map[string]any) {
	t.Helper()
	var out bytes.Buffer
	if err := open(t, dir).JSON(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		var one map[string]any
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		if one["event"] == event {
			all = append(all, one)
		}
	}
	return all
}

// biasedRaters writes a folder of three models, of which a is better than b and b
// better than c. Two people rate all pairs: anna by quality alone, ben prefers the
// first post in 80% of the cases.
func biasedRaters(t *testing.T, topics int) string {
	s := newShelf(t, filepath.Join(t.TempDir(), "posts"))
	draw := rand.New(rand.NewPCG(4, 4))
	strength := map[string]float64{"a": 1.2, "b": 0.4, "c": -0.4}
	labels := []string{"a", "b", "c"}
	for i := range topics {
		for _, label := range labels {
			s.put(result(label, fmt.Sprint("Topic ", i), 100+10*draw.IntN(9), ""))
		}
		slug := fmt.Sprint("topic-", i)
		for k := range labels {
			x, y := labels[k], labels[(k+1)%3]
			if draw.IntN(2) == 0 {
				x, y = y, x
			}
			better := 1 / (1 + math.Exp(strength[y]-strength[x]))
			for _, rater := range []string{"anna", "ben"} {
				won := draw.Float64() < better
				if rater == "ben" && draw.Float64() < 0.6 {
					won = true
				}
				r := ledger.Rating{Rater: rater, First: x, Duel: ledger.Duel{Topic: slug, Slug: slug,
					A: ledger.RatedPost{Label: x, Job: x + "/" + slug}, B: ledger.RatedPost{Label: y, Job: y + "/" + slug}}}
				if !won {
					r.A, r.B = r.B, r.A
				}
				if _, err := s.sink.Ledger.Rate(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return s.dir
}

func TestTheReportNamesTheOrderOfTheModelsAndTheBiasOfARater(t *testing.T) {
	dir := biasedRaters(t, 60)
	var order []string
	for _, r := range lines(t, dir, "rank") {
		order = append(order, r["model"].(string))
		if low, high := r["low"].(float64), r["high"].(float64); !(low < r["share"].(float64) && r["share"].(float64) < high) {
			t.Errorf("%v", r)
		}
		if _, known := r["equal_share"]; !known {
			t.Errorf("without a share at equal length: %v", r)
		}
	}
	if !slices.Equal(order, []string{"a", "b", "c"}) {
		t.Errorf("ranked %v", order)
	}
	raters := lines(t, dir, "rater")
	if len(raters) != 2 {
		t.Fatal(raters)
	}
	for _, r := range raters {
		first := r["first"].(map[string]any)
		if biased := first["low"].(float64) > 0.5; biased != (r["rater"] == "ben") || r["n"] != 180.0 {
			t.Errorf("%v", r)
		}
	}
	agreement := lines(t, dir, "agreement")
	if len(agreement) != 1 || agreement[0]["n"] != 180.0 || agreement[0]["coefficient"] != "kappa" {
		t.Fatalf("%v", agreement)
	}
	if v := agreement[0]["value"].(map[string]any); v["low"].(float64) > 0.5 || v["high"].(float64) < 0 {
		t.Errorf("kappa is %v", v)
	}
	to := filepath.Join(t.TempDir(), "report")
	write(t, open(t, dir), to)
	// Two raters answered 60 times for each of the two pairs of a model.
	card := regexp.MustCompile(`(?s)<h2>Preferred by readers</h2>\s*<p class="who"><bdi>a</bdi></p>.*?of comparisons, n ([0-9,]+)`).FindStringSubmatch(read(t, filepath.Join(to, "index.html")))
	if len(card) != 2 || card[1] != "240" {
		t.Errorf("the card says n %q", card)
	}
}

// What was rated by a criterion is ranked apart from what is better, and a comment
// is only in the lines: the pages do not tell who wrote it.
func TestEachCriterionHasARankingOfItsOwn(t *testing.T) {
	dir := threeModels(t)
	l, err := ledger.Open(filepath.Join(dir, ".nightpress", "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	r := ledger.Rating{Rater: "anna", Criterion: "tone <b>", Comment: "too <i>stiff</i>", Duel: ledger.Duel{Topic: "x", Slug: "topic-number-3",
		A: ledger.RatedPost{Label: "middling", Job: "middling/topic-number-3"}, B: ledger.RatedPost{Label: "steady", Job: "steady/topic-number-3"}}}
	if _, err := l.Rate(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var first []string
	for _, r := range lines(t, dir, "rank") {
		if criterion, _ := r["criterion"].(string); r["share"].(float64) > 0.5 {
			first = append(first, criterion+":"+r["model"].(string))
		}
	}
	if !slices.Equal(first, []string{":steady", "tone <b>:middling"}) {
		t.Errorf("first by criterion: %v", first)
	}
	if all := lines(t, dir, "rating"); all[len(all)-1]["comment"] != "too <i>stiff</i>" {
		t.Errorf("%v", all)
	}
	to := filepath.Join(t.TempDir(), "report")
	write(t, open(t, dir), to)
	page, err := os.ReadFile(filepath.Join(to, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(page); !strings.Contains(text, "What readers preferred: tone &lt;b&gt;") || strings.Contains(text, "stiff") || !strings.Contains(text, "unknown rater") {
		t.Error("the page lacks the criterion or the rater")
	}
}

// On 6 of 60 topics only one model fails, and on 20 both. Independent samples would
// not show what pairs show.
func TestModelsAreComparedOnTheirCommonTopics(t *testing.T) {
	s := newShelf(t, filepath.Join(t.TempDir(), "posts"))
	noise := func() map[string]any {
		for _, m := range lines(t, s.dir, "model") {
			if m["label"] == "worse" {
				return m["figures"].(map[string]any)["first_try"].(map[string]any)
			}
		}
		t.Fatal("no such model")
		return nil
	}
	for i := range 60 {
		topic := fmt.Sprint("Topic ", i)
		good, bad := result("better", topic, 100, ""), result("worse", topic, 100, "")
		if i >= 40 { // hard for both
			good, bad = result("better", topic, 100, "marker-missing", ""), result("worse", topic, 100, "marker-missing", "")
		} else if i < 6 { // hard for one: Fisher's test has p = 0.3, McNemar's 0.03
			bad = result("worse", topic, 100, "marker-missing", "")
		}
		s.put(good, bad)
	}
	if n := noise(); n["noise"] != nil {
		t.Errorf("six topics, on which only one model fails, are called noise: %v", n)
	}
	// Half of the topics are not common any more.
	for i := range 60 {
		s.put(result("better", fmt.Sprint("Other ", i), 100, ""))
		s.put(result("worse", fmt.Sprint("Still other ", i), 100, ""))
	}
	if n := noise(); n["noise"] != true {
		t.Errorf("models with different topics are compared in pairs: %v", n)
	}
}

// Four samples of each topic that all end alike say no more than one does.
func TestSamplesOfATopicAreNoTopicsOfTheirOwn(t *testing.T) {
	s := newShelf(t, filepath.Join(t.TempDir(), "posts"))
	for i := range 20 {
		for sample := 1; sample <= 4; sample++ {
			codes := [][]string{{""}, {"marker-missing", ""}}[i%2]
			r := result("m", fmt.Sprint("Topic ", i), 100, codes...)
			r.Slug = output.SampleSlug(r.Slug, sample)
			r.ID += fmt.Sprint("/", sample)
			s.put(r)
		}
	}
	first := lines(t, s.dir, "model")[0]["figures"].(map[string]any)["first_try"].(map[string]any)
	want := stats.Wilson(10, 20)
	if low := first["low"].(float64); first["n"] != 80.0 || math.Abs(low-want.Low) > 0.03 {
		t.Errorf("%v, but 10 of 20 topics have %+v", first, want)
	}
}
