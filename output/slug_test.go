package output_test

import (
	"strings"
	"testing"
	"unicode/utf8"

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

func TestAnySlugOrLabelIsOneSafeFileName(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text")
		for _, s := range []string{output.Slug(text), output.SlugClash(output.Slug(text), text), output.Label(text)} {
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
