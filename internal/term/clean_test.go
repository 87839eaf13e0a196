package term

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

func TestCleanRemovesWholeSequences(t *testing.T) {
	for in, want := range map[string]string{
		"a\x1b]52;c;SGVsbG8=\x07b":         "ab", // writes the clipboard
		"a\x1b]52;c;SGVsbG8=\x1b\\b":       "ab",
		"a\u009d52;c;SGVsbG8=\u009cb":      "ab",
		"a\u009d52;c;SGVsbG8=\x07b":        "ab",
		"a\x1bPq#0;2;0;0;0\x1b\\b":         "ab", // DCS
		"a\u0090q#0\u009cb":                "ab",
		"a\x1b_apc\x1b\\b":                 "ab",
		"a\x1b^pm\x1b\\b":                  "ab",
		"a\x1bXsos\x1b\\b":                 "ab",
		"a\u009fapc\u009cb\u009epm\u009cc": "abc",
		"a\x1b(0b":                         "ab", // a switch of character sets
		"a\x1b%Gb\x1b#8c":                  "abc",
		"a\u009b31;1mb":                    "ab",
		"a\x1b[1;\x1b[31mb":                "ab",
		"a\x1b]0;never ended":              "a",
		"a\u0085b\u2028c\u2029d\ve\ff":     "a b c d e f",
		"a\x7fb":                           "ab",
		"\u2066a\u2069\u061cb\u206fc":      "abc",
		"\U000e0041tag":                    "tag",
		"é\x1bcü":                          "éü",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b]52;c;x\x07\u009b2J\u202e\x1bP\x1b\\\x9b31m")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if strings.IndexFunc(got, func(r rune) bool { return unicode.IsControl(r) || unsafe(r) }) >= 0 || Clean(got) != got {
			t.Errorf("Clean(%q) = %q", s, got)
		}
	})
}

func TestJSONLinesEscapeWhatATerminalObeysAndKeepTheValue(t *testing.T) {
	const hostile = "a\u009b2J\x7f\u202eb\x1b[31m\u2066\u2028\U000e0041 é 日本 <&> \\u009b \"q\""
	var b bytes.Buffer
	if err := NewLines(&b).Write(map[string]string{"topic": hostile}); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if i := strings.IndexFunc(strings.TrimSuffix(text, "\n"), func(r rune) bool { return unicode.IsControl(r) || unsafe(r) }); i >= 0 {
		t.Errorf("at %d of %q", i, text)
	}
	var back map[string]string
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back["topic"] != hostile {
		t.Errorf("%v: %q", err, back["topic"])
	}
	if !strings.Contains(text, "é 日本 <&>") {
		t.Errorf("more is escaped than must be: %s", text)
	}
}
