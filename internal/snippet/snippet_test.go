package snippet_test

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/snippet"
	"pgregory.net/rapid"
)

// What people write in posts is rarely a whole program.
func TestFragmentsAreAccepted(t *testing.T) {
	for _, c := range []struct{ language, code string }{
		{"go", "x := 1\nfmt.Println(x)"},
		{"go", "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println() }"},
		{"go", "import \"os\"\n\nf, err := os.Open(name)\nif err != nil {\n\treturn err\n}\n\nfunc (s *Server) Run() error\n"},
		{"go", "Name string `json:\"name\"`\nAge  int"},
		{"go", "Read(p []byte) (n int, err error)\nClose() error"},
		{"go", "type T struct {\n\t...\n}"},
		{"go", "for {\n\t// ...\n}\n..."},
		{"go", "case 1, 2:\n\treturn nil"},
		{"go", "f(a, b...)"},
		{"go", "map[string]int{\"a\": 1}"},
		{"go", "func F[T any](x T) T { return x }\nF(1)"},
		{"go", "go build ./...\n"},
		{"go", "Key: \"value\",\nOther: 2,"},
		{"golang", "s.Name(string) string\ns.Close()"},
		{"go", "  x := 1\n\n  y := 2\u00a0"},
		{"json", `{"a": 1, ...}`},
		{"json", "{\n  // the name\n  \"name\": \"x\", # here\n  \"list\": [1, 2, ...],\n}"},
		{"json", `"a": 1, "b": {"c": <number>}`},
		{"json", "{\"a\": ...}\n{\"b\": [\n  ...\n]}"},
		{"json", `{"a": "${HOME}", b}`},
		{"json", `1, 2, 3`},
		{"jsonc", `{"a" // x`},
		{"yaml", "a: 1\n...\nb:\n  - x\n---\nc: {{ .Values.c }}"},
		{"toml", "[a]\nb = 1\nb = 2\n..."},
		{"python", "    def f(self):\n        return 1\n\n    def g(self): ..."},
		{"python", "for x in y:\n    print(f\"{x!r} {'a'}\")\nelse:\n\tpass"},
		{"python", ">>> x = (1\n... 2"},
		{"python", "x = [\n  1,\n    2]\ny = 1 \\\n   + 2"},
		{"python", "def f(a): ...\ndef g(b):\n"},
		{"python", "\"\"\"a 'string'\nof two lines\"\"\"\nr'\\d'"},
		{"python", "if x != 1: pass  # it's fine"},
		{"python", "def later():\nclass Other:\n"},
		{"", "((("},
		{"rust", "((("},
	} {
		if f := snippet.Check(c.language, c.code); f != nil {
			t.Errorf("%s: %v\n%s", c.language, f, c.code)
		}
	}
}

func TestBrokenCodeIsFoundAtItsLine(t *testing.T) {
	for _, c := range []struct {
		language, code, name string
		line                 int
	}{
		{"go", "func main() {\n\tfmt.Println(\"hi\"\n}", "Go", 2},
		{"go", "x := []T{\n\t{1},\n\t{2}\n}", "Go", 2},
		{"go", "for i = 0; i < 10; i++ do\n\tprint(i)\nend", "Go", 0},
		{"go", "s := \"never closed\nx := 1", "Go", 0},
		{"json", "{\n  \"a\": 1\n  \"b\": 2\n}", "JSON", 2},
		{"json", "{'a': 1}", "JSON", 0},
		{"json", "{\"a\": [1, 2}", "JSON", 0},
		{"json", "{\"a\":\n\"b", "JSON", 1},
		{"yaml", "a: 1\n b: 2\nc", "YAML", 1},
		{"yaml", "key: [1, 2\nother: 3", "YAML", 0},
		{"toml", "a = 1\nb = \nc = 2", "TOML", 1},
		{"toml", "a: 1", "TOML", 0},
		{"python", "print('hi'\nx = 1\n", "Python", 0},
		{"python", "x = 1\ny = 'abc\nz = 2", "Python", 1},
		{"python", "x = [1, 2}\n", "Python", 0},
		{"python", "for i in range(10)\n    print(i)", "Python", 1},
		{"python", "a = b ? c : d", "Python", 0},
		{"python", "if x:\n    a()\n  b()\n", "Python", 2},
		{"python", "x = 1)\n", "Python", 0},
		{"python", "def f():\nreturn 1\n", "Python", 1},
		{"python", "'''never\nclosed", "Python", 0},
	} {
		f := snippet.Check(c.language, c.code)
		if f == nil {
			t.Errorf("accepted %s:\n%s", c.language, c.code)
		} else if f.Line != c.line || f.Language != c.name || f.Text == "" {
			t.Errorf("%q is found at line %d, not %d (%s)", c.code, f.Line, c.line, f.Text)
		}
	}
}

// Snippets come from models: whatever they hold, a check ends and names one of their
// lines.
func TestAnyTextIsChecked(t *testing.T) {
	pieces := []string{"(", ")", "{", "}", "[", "]", "'", "\"", "'''", "\"\"\"", "\\", "\n", "\t", "  ", "...", "…", "<a>", ":", ",", "func f(", "x", "=", "`", "//", "/*", "*/", "#", "- ", "&a ", "*a", "$", "\x00", "\xff", "é", "if x:\n", "import ("}
	rapid.Check(t, func(t *rapid.T) {
		language := rapid.SampledFrom([]string{"go", "json", "yaml", "toml", "python"}).Draw(t, "language")
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 20).Draw(t, "pieces"), "")
		if f := snippet.Check(language, text); f != nil && (f.Line < 0 || f.Line > strings.Count(text, "\n")) {
			t.Fatalf("%s %q: line %d of %d", language, text, f.Line, strings.Count(text, "\n"))
		}
	})
	for _, hostile := range []string{strings.Repeat("(", 16000), strings.Repeat("'''a\"", 3200), strings.Repeat("[{", 8000), strings.Repeat("a: &a [*a]\n", 1400), strings.Repeat("x...", 4000), strings.Repeat("func f(", 2300), strings.Repeat("  - ", 4000), "'" + strings.Repeat("\\", 16000)} {
		for _, language := range []string{"go", "json", "yaml", "toml", "python"} {
			snippet.Check(language, hostile)
		}
	}
}
