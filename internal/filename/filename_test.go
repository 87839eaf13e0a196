package filename

import (
	"strings"
	"testing"
)

func TestCheckRefusesWhatIsNotOneFolderEverywhere(t *testing.T) {
	for _, name := range []string{
		"", ".", "..", "a/b", "a/./b", "/a", "a/", `a\b`, `C:`, ".nightpress", ".nightpress/tmp", ".git", "CON", "con", "Nul.md", "lpt1.x", "COM9",
		"a.", "a ", " a", "a b", "a\tb", "a\nb", "a\x00", "a\x1b[1m", "a\u202eb", "a\u200bb", "a\u00a0b", "a*", "a?", "a|b", "a<b", `a"b`, "a:b",
		"-rf", "~", "~a", "\xff", strings.Repeat("a", 97),
	} {
		if Check(name) == nil {
			t.Errorf("%q passes", name)
		}
	}
	for _, name := range []string{"a", "Llama-3.2", "small+product", "größe", "gro\u0308ße", "日本語", "_x", "a.b", "conx", "a_b=1", strings.Repeat("a", 96)} {
		if err := Check(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestFoldJoinsWhatSomeFileSystemTakesForOne(t *testing.T) {
	for _, two := range [][2]string{
		{"A", "a"}, {"Größe", "GRÖSSE"}, {"\u00e9", "e\u0301"}, {"\u00c9", "e\u0301"}, {"ΣΑΣ", "σας"}, {"\u212b", "\u00e5"},
	} {
		if Fold(two[0]) != Fold(two[1]) {
			t.Errorf("%q and %q: %q and %q", two[0], two[1], Fold(two[0]), Fold(two[1]))
		}
	}
	for _, two := range [][2]string{{"a", "b"}, {"e", "é"}, {"a.b", "a-b"}} {
		if Fold(two[0]) == Fold(two[1]) {
			t.Errorf("%q and %q are one", two[0], two[1])
		}
	}
}
