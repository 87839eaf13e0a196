package output

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// pieces are what escapes could be confused by, in any order.
var pieces = []string{
	"{", "{{", "}}", "}", "<", ">", "%", "%}", "{%", "{{<", ">}}", "{{%", "%}}", "/*", "*/", joiner, `{{ "{{" }}`, `{{ "{%" }}`, `"`, " ", "\n", "x",
	"{{</*", "*/>}}", "{% raw %}", "{% endraw %}", "`", "---\n",
}

func TestEveryEscapeGivesTheBodyBack(t *testing.T) {
	text := rapid.Map(rapid.SliceOf(rapid.SampledFrom(pieces)), func(all []string) string { return strings.Join(all, "") })
	for name, m := range sites {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			body := text.Draw(t, "body")
			escaped := m.escape(body)
			if back := m.unescape(escaped); back != body {
				t.Fatalf("%q became %q and came back as %q", body, escaped, back)
			}
		}))
	}
}

func TestHugoAndLiquidFindNothingToRun(t *testing.T) {
	for body, want := range map[string]string{
		"a {{< x >}} b":        "a {{</* x */>}} b",
		"{{% y \"z\" %}}":      "{{%/* y \"z\" */%}}",
		"{{</* x */>}}":        "{{</*/* x */*/>}}",
		"{{< a {{< b >}} >}}":  "{{</* a {{< b */>}} >}}",
		"{{< no end":           "{{" + joiner + "< no end",
		"{{< two\nlines >}}\n": "{{</* two\nlines */>}}\n",
		"{{ x }} {% y %}":      "{{ x }} {% y %}",
	} {
		if got := escapeShortcodes(body); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
	for body, want := range map[string]string{
		"{{ x }} {% y %}": `{{ "{{" }} x }} {{ "{%" }} y %}`,
		"{{{%":            `{{ "{{" }}{{ "{%" }}`,
		"{ x } %}":        "{ x } %}",
	} {
		if got := escapeLiquid(body); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}
