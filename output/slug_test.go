package output_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/filename"
	"github.com/nightpress/nightpress/output"
	"pgregory.net/rapid"
)

func TestSlugsAreReadableAndSafe(t *testing.T) {
	for text, want := range map[string]string{
		"Why do cats purr?":      "why-do-cats-purr",
		"Über Größe & Maß":       "uber-grosse-mass",
		"日本語のドメイン名とDNS":          "日本語のドメイン名とdns",
		"../../etc/passwd":       "etc-passwd",
		"CON":                    "con-post",
		"com1":                   "com1-post",
		"a.b. ":                  "a-b",
		"C:\\Windows":            "c-windows",
		"Don't stop":             "dont-stop",
		"Salt &amp; pepper":      "salt-pepper",
		"\u200bHow\u00a0bees":    "how-bees",
		"  spaces\tand\nlines  ": "spaces-and-lines",
	} {
		if got := output.Slug(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := output.Slug("🎉🎉"); !strings.HasPrefix(got, "topic-") {
		t.Errorf("a topic without a letter: %q", got)
	}
	if output.Slug("e\u0301t\u00e9") != output.Slug("\u00e9te\u0301") {
		t.Error("two forms of one text have two slugs")
	}
}

func TestSlugsSpellLettersAsTheirLanguageDoes(t *testing.T) {
	for _, c := range []struct{ language, text, want string }{
		{"", "Käse für Größe", "kase-fur-grosse"},
		{"de", "Käse für Größe & MAẞ", "kaese-fuer-groesse-mass"},
		{"de", "A\u0308pfel", "aepfel"},
		{"da", "Æblegrød på Ærø", "aeblegroed-paa-aeroe"},
		{"nb", "Blåbærsyltetøy", "blaabaersyltetoey"},
		{"nn", "Året", "aaret"},
		{"sv", "Smörgås på ön", "smorgas-pa-on"},
		{"tr", "IŞIK, İstanbul ve çay ağacı", "isik-istanbul-ve-cay-agaci"},
		{"fr", "Œufs à la crème", "oeufs-a-la-creme"},
		{"hu", "Tükörfúrógép", "tukorfurogep"},
		{"sl", "Anđeo", "andzeo"},
		{"vi", "Phở bò", "pho-bo"},
		{"de", "日本語 über DNS", "日本語-ueber-dns"},
		{"el", "Γειά σου", "γειά-σου"},
		{"ja", "über", "uber"},
	} {
		if got := output.SlugIn(c.text, c.language); got != c.want {
			t.Errorf("%q in %q: got %q, want %q", c.text, c.language, got, c.want)
		}
	}
}

func TestAnySlugOrLabelIsOneSafeFileName(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text")
		language := rapid.SampledFrom([]string{"de", "nb", "tr", "sl"}).Draw(rt, "language")
		for _, s := range []string{output.Slug(text), output.SlugIn(text, language), output.SlugClash(output.Slug(text), text), output.Label(text)} {
			switch {
			case s == "", len(s)+len(".np-xxxxxxxxxxxxxxxxxxxxxxxxxx.tmp") > 255, !utf8.ValidString(s),
				strings.ContainsAny(s, "/\\:*?\"<>|\x00\n"), strings.HasPrefix(s, "."), strings.HasSuffix(s, "."), strings.HasSuffix(s, " "):
				rt.Fatalf("%q from %q", s, text)
			}
		}
	})
}

func TestLabels(t *testing.T) {
	for model, want := range map[string]string{
		"llama3.2": "llama3.2", "llama3.2:latest": "llama3.2", "Qwen3:8b": "qwen3-8b", "hf.co/User/Model:Q4": "hf.co-user-model-q4",
		"..": "model-", "con": "model-con",
	} {
		if got := output.Label(model); !strings.HasPrefix(got, want) {
			t.Errorf("%q: got %q, want %q", model, got, want)
		}
	}
}

func TestTheDefaultLabelOfEveryModelIsAFolder(t *testing.T) {
	// The names that a server accepts: ollama v0.17.4, types/model/name.go.
	part := rapid.StringMatching(`[A-Za-z0-9_][A-Za-z0-9_.\-]{0,79}`)
	rapid.Check(t, func(rt *rapid.T) {
		name := part.Draw(rt, "model")
		if rapid.Bool().Draw(rt, "namespaced") {
			name = rapid.StringMatching(`[A-Za-z0-9_][A-Za-z0-9_.:\-]{0,90}/[A-Za-z0-9_][A-Za-z0-9_\-]{0,79}/`).Draw(rt, "where") + name
		}
		if rapid.Bool().Draw(rt, "tagged") {
			name += ":" + part.Draw(rt, "tag")
		}
		if err := filename.Check(output.Label(name)); err != nil {
			rt.Fatalf("%q: %q: %v", name, output.Label(name), err)
		}
	})
	for _, name := range []string{"hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M", "localhost:5000/me/m:latest", "_x", "con", "a.", "CON.x", "model:.."} {
		if err := filename.Check(output.Label(name)); err != nil {
			t.Errorf("%q: %q: %v", name, output.Label(name), err)
		}
	}
}

// A text of ASCII characters takes a shorter way to the same slug. One with a character
// without width, which does not count, takes the long way.
func TestATextOfASCIICharactersHasTheSlugThatAnyTextHas(t *testing.T) {
	ascii := rapid.StringOf(rapid.RuneFrom(nil, &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0, Hi: 0x7f, Stride: 1}}}))
	rapid.Check(t, func(rt *rapid.T) {
		text := "x" + ascii.Draw(rt, "text")
		language := rapid.SampledFrom([]string{"", "de", "nb", "tr", "sl"}).Draw(rt, "language")
		if short, long := output.SlugIn(text, language), output.SlugIn("\u200b"+text, language); short != long {
			rt.Fatalf("%q: %q, and %q the long way", text, short, long)
		}
	})
	for _, text := range []string{"CON", "a", "com1.x", strings.Repeat("word ", 40), strings.Repeat("x", 200)} {
		if short, long := output.Slug(text), output.Slug("\u200b"+text); short != long {
			t.Errorf("%q: %q, and %q the long way", text, short, long)
		}
	}
}
