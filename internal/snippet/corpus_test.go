package snippet_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/snippet"
)

var corpus = flag.String("corpus", "", "folders with Markdown to read, separated like PATH")

// fences are the fenced blocks of a Markdown text with their languages.
func fences(text string, each func(language, code string)) {
	language, mark, code := "", "", []string(nil)
	for line := range strings.SplitSeq(text, "\n") {
		t := strings.TrimSpace(line)
		switch {
		case mark == "" && (strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~")):
			mark, code = t[:3], nil
			language, _, _ = strings.Cut(strings.TrimSpace(strings.TrimLeft(t, "`~")), " ")
		case mark != "" && strings.HasPrefix(t, mark) && strings.Trim(t, "`~") == "":
			each(language, strings.Join(code, "\n"))
			mark = ""
		case mark != "":
			code = append(code, line)
		}
	}
}

// Code that people publish beside their programs is fragments more often than not.
// What is reported in it is printed to be read.
func TestCorpusOfCode(t *testing.T) {
	if *corpus == "" {
		t.Skip("needs -corpus")
	}
	seen, bad := map[string]int{}, map[string]int{}
	for _, dir := range filepath.SplitList(*corpus) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.EqualFold(filepath.Ext(path), ".md") || !d.Type().IsRegular() {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return nil
			}
			fences(string(text), func(language, code string) {
				language = strings.ToLower(language)
				f := snippet.Check(language, code)
				seen[language]++
				if f != nil {
					bad[language]++
					t.Logf("%s: %s line %d: %s\n%s\n-----", path, language, f.Line+1, f.Text, code)
				}
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range []string{"go", "golang", "json", "yaml", "yml", "toml", "py", "python"} {
		t.Logf("%-7s %4d of %5d", l, bad[l], seen[l])
	}
}
