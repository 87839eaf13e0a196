package page

import (
	"regexp"
	"strings"
	"testing"
)

// hostile are bodies that try to run, load or reach something.
var hostile = []string{
	"<script>alert(1)</script>", "text <script>alert(1)</script> text", "<img src=x onerror=alert(1)>",
	"![x](http://example.invalid/x.png)", "![x](data:image/svg+xml;base64,AAAA)",
	"[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](&#106;avascript:alert(1))", "[x](data:text/html,<script>1</script>)",
	"[x](vbscript:1)", "<a href=\"javascript:1\">x</a>", "<svg onload=alert(1)>", "<style>*{display:none}</style>",
	"<iframe src=//example.invalid></iframe>", "<form action=//example.invalid><input name=x></form>",
	"[x](http://example.invalid \"a\\\" onmouseover=alert(1) b=\\\"\")", "<div style=\"position:fixed\" id=token class=x>",
	"```\"><script>alert(1)</script>\nx\n```", "~~~<img/src=x onerror=alert(1)>\nx\n~~~", "# <b onclick=alert(1)>h</b>",
	"<!-- --><script>alert(1)</script>", "<![CDATA[ <script>alert(1)</script> ]]>", "<math><mi//xlink:href=\"data:x,<script>1</script>\">",
	"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "|a|\n|:-:|\n|<td onclick=alert(1)>|", "</main></body></html>",
}

// element finds whatever would be parsed as a tag.
var element = regexp.MustCompile(`<\s*/?\s*([a-zA-Z!?][^\s>/]*)([^>]*)`)

func TestNothingAModelWritesRunsOrLoads(t *testing.T) {
	allowed := regexp.MustCompile(`^(p|br|hr|h[1-6]|em|strong|del|code|pre|blockquote|ul|ol|li|table|thead|tbody|tr|th|td|a)$`)
	attributes := regexp.MustCompile(`^( (align="(left|center|right)"|start="\d+"|href="(https?://|mailto:)[^"<>]*"|rel="[a-z ]+"|target="_blank"))* ?/?$`)
	for _, body := range hostile {
		got := string(HTML(body, 0))
		for _, m := range element.FindAllStringSubmatch(got, -1) {
			if !allowed.MatchString(m[1]) || !attributes.MatchString(m[2]) {
				t.Errorf("%q became %q", body, got)
			}
		}
	}
}

func TestRawHTMLAndPicturesAreShownAsText(t *testing.T) {
	for body, want := range map[string]string{
		"a <b onclick=x>c</b>":        "a <code>&lt;b onclick=x&gt;</code>c<code>&lt;/b&gt;</code>",
		"<div>\nx\n</div>\n":          "&lt;div&gt;\nx\n&lt;/div&gt;",
		"![a *cat*](http://x.test/y)": "[picture: a <em>cat</em>]",
		"<!--\na\n-->":                "&lt;!--\na\n--&gt;",
	} {
		if got := string(HTML(body, 0)); !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q in it", body, got, want)
		}
	}
}

func TestMarkdownKeepsItsStructureBelowThePagesHeadings(t *testing.T) {
	got := string(HTML("# One\n\n## Two\n\n###### Six\n\n3. x\n\n|a|b|\n|-|:-:|\n|1|~~2~~|\n\nsee https://example.org/\n", 2))
	for _, want := range []string{
		"<h3>One</h3>", "<h4>Two</h4>", "<h6>Six</h6>", `<ol start="3">`, `<td align="center"><del>2</del></td>`,
		`<a href="https://example.org/" rel="nofollow noreferrer noopener" target="_blank">`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}

func FuzzHTML(f *testing.F) {
	for _, body := range hostile {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got := strings.ToLower(string(HTML(body, 1)))
		for _, bad := range []string{"<script", "<img", "<svg", "<style", "<iframe", "<form", "<input", "<object", "<embed", "<base", "<meta", "<link"} {
			if strings.Contains(got, bad) {
				t.Fatalf("%q became %q", body, got)
			}
		}
	})
}
