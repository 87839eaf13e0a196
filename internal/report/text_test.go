package report

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/sketch"
)

func TestWhatWouldActIsSeen(t *testing.T) {
	for s, want := range map[string]string{
		"plain ünïcode, 日本語\tand\nlines": "plain ünïcode, 日本語\tand\nlines",
		"\x1b[31mred\x1b[0m":             "␛[31mred␛[0m",
		"evil\u202egpj.exe":              "evil[U+202E]gpj.exe",
		"bell\a del\x7f c1\u0085":        "bell␇ del␡ c1[U+0085]",
		"cr\r\nlf \r":                    "cr\nlf ␍",
		"not \xff UTF-8":                 "not � UTF-8",
	} {
		if got := visible(s); got != want {
			t.Errorf("%q became %q, want %q", s, got, want)
		}
	}
	if got := line("  a\n\tb   c  ", 100); got != "a b c" {
		t.Errorf("%q", got)
	}
	if got := line(strings.Repeat("ü", 50), 10); got != strings.Repeat("ü", 9)+"…" {
		t.Errorf("%q", got)
	}
}

// text returns n words: the first keep are the same in every text, the others
// are random.
func text(draw *rand.Rand, n, keep int) string {
	var b strings.Builder
	for i := range n {
		if i < keep {
			fmt.Fprintf(&b, "word%d ", i)
		} else {
			fmt.Fprintf(&b, "other%d ", draw.Uint32())
		}
	}
	return b.String()
}

// Two texts of 400 words with the same first keep words have keep-4 common
// shingles among 2*396-(keep-4).
func TestASketchEstimatesJaccardsIndex(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 1))
	for _, keep := range []int{0, 200, 300, 360, 400} {
		common := max(0, float64(keep-4))
		want := common / (2*396 - common)
		got, rounds := 0.0, 20
		for range rounds {
			got += sketch.Of(text(draw, 400, keep)).Like(sketch.Of(text(draw, 400, keep))) / float64(rounds)
		}
		// Five standard errors of a mean of 20 times 126 comparisons.
		if d := got - want; d > 0.05 || d < -0.05 {
			t.Errorf("%d of 400 words in common: %.3f, want %.3f", keep, got, want)
		}
	}
	if sketch.Of(" ,.- \n") != nil {
		t.Error("a text without words has a sketch")
	}
	if sketch.Of("Hello, World").Like(sketch.Of("hello world!")) != 1 {
		t.Error("case or punctuation counts")
	}
}

func TestNearDuplicatesAreFoundAmongMany(t *testing.T) {
	draw := rand.New(rand.NewPCG(2, 2))
	var s seen
	for i := range 800 {
		if repeats, _ := s.add(fmt.Sprint("post-", i), sketch.Of(text(draw, 300, 30))); repeats != "" {
			t.Fatalf("post-%d repeats %s", i, repeats)
		}
	}
	original := text(draw, 300, 0)
	if repeats, _ := s.add("original", sketch.Of(original)); repeats != "" {
		t.Errorf("it repeats %s", repeats)
	}
	// Ten of 296 shingles change: the index is 0.93.
	edited := strings.Replace(original, "other", "changed ", 2)
	if repeats, compared := s.add("edited", sketch.Of(edited)); repeats != "original" || !compared {
		t.Errorf("it repeats %q, %v", repeats, compared)
	}
	if _, compared := s.add("empty", nil); compared {
		t.Error("nothing was compared")
	}
}

func TestAFormulaInATableIsText(t *testing.T) {
	for s, want := range map[string]string{"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\t=1": "'\t=1", "a=1": "a=1", "": ""} {
		if got := noFormula(s); got != want {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestTheAxisOfAPlotHasRoundSteps(t *testing.T) {
	for _, c := range []struct{ low, high, least, wantLow, wantHigh, wantStep float64 }{
		{0, 97, 0, 0, 100, 50}, {793, 852, 0, 780, 860, 20}, {6, 6, 1, 6, 7, 1}, {0, 0.7, 0, 0, 0.8, 0.2}, {0, 0, 0, 0, 1e-9, 5e-10},
	} {
		if s := newScale(c.low, c.high, c.least); fmt.Sprintf("%.3g %.3g %.3g", s.low, s.high, s.step) != fmt.Sprintf("%.3g %.3g %.3g", c.wantLow, c.wantHigh, c.wantStep) {
			t.Errorf("%+v: %+v", c, s)
		}
	}
}

func TestAPageIsNamedAfterItsSlugWhereThatIsSafe(t *testing.T) {
	for slug, want := range map[string]string{"why-cats-purr": "why-cats-purr.html", "Why-Cats": "Why-Cats.html", "日本": "日本.html"} {
		if got := pageName(slug); got != want {
			t.Errorf("%q: %s", slug, got)
		}
	}
	for _, slug := range []string{"../index", "a/b", `a\b`, "con", "", ".", "a b", "x\"><script>"} {
		if got := pageName(slug); !strings.HasPrefix(got, "topic-") || strings.ContainsAny(got, `/\"<> `) {
			t.Errorf("%q: %s", slug, got)
		}
	}
}
