package output_test

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/output"
)

// Editors add a byte order mark and other line ends; neither is a fault, and lines
// are counted as the editor does.
func TestAnArticleIsTakenApartWithItsLines(t *testing.T) {
	file := "---\ntitle: \"One\"\ntags:\n  - a, b\n  - c\nempty: []\ndescription: >\n  two\n  lines\n---\n\nThe body.\n\nMore.\n"
	for _, text := range []string{file, "\ufeff" + strings.ReplaceAll(file, "\n", "\r\n")} {
		a, err := output.ReadArticle([]byte(text))
		if err != nil || a.Body != "The body.\n\nMore." || a.Line != 12 {
			t.Fatalf("%+v, %v", a, err)
		}
		got := ""
		for _, f := range a.Fields {
			got += f.Key + "=" + strings.Join(f.Values, "|") + "@" + string(rune('0'+f.Line)) + " "
		}
		if got != "title=One@2 tags=a, b|c@3 empty=@6 description=two lines@7 " {
			t.Error(got)
		}
	}
	for _, text := range []string{"", "no front matter", "---\ntitle: x\n", "---\n- a\n---\n\nb", "---\na: [\n---\n\nb", "---\n\n---\n\nb"} {
		if a, err := output.ReadArticle([]byte(text)); err == nil {
			t.Errorf("%q: %+v", text, a)
		}
	}
}
