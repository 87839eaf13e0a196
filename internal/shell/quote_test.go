package shell

import "testing"

func TestACommandThatIsShownCanBeTyped(t *testing.T) {
	for _, c := range [][3]string{
		{"linux", "posts/m/why-cats-purr.md", "posts/m/why-cats-purr.md"},
		{"darwin", "my topics.csv", "'my topics.csv'"},
		{"linux", "it's", `'it'\''s'`},
		{"linux", "llama*", "'llama*'"},
		{"linux", "", "''"},
		{"windows", `posts\m\why-cats-purr.md`, `posts\m\why-cats-purr.md`},
		{"windows", "my topics.csv", `"my topics.csv"`},
		{"windows", "a,b", `"a,b"`},
		{"windows", `C:\my posts\`, `"C:\my posts\\"`},
		{"windows", `a\"b c`, `"a\\""b c"`},
	} {
		if got := quoteFor(c[0], c[1]); got != c[2] {
			t.Errorf("%s: %q is %s, want %s", c[0], c[1], got, c[2])
		}
	}
}
