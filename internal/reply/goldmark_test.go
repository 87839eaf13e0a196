package reply_test

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	gmtext "github.com/yuin/goldmark/text"
	"pgregory.net/rapid"
)

// markdownLines are lines out of which headings and code blocks are made.
var markdownLines = []string{
	"A line of text.", "Another line.", "", "", "## A heading", "### A deeper one ###", "##No heading", "# The first level", "   ## Indented", "####### Seven", "#", "##",
	"---", "===", "  ----  ", "***", "```", "```sh", "~~~", "````", "~~~ ~~~", "``` `x` ```", "## In code?",
}

// The headings that a contract counts are those that a Markdown parser sees.
func TestHeadingsAreCountedAsMarkdownHasThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := "It begins with text.\n\n" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(markdownLines), 0, 12).Draw(t, "lines"), "\n") + "\n\nIt ends with text."
		want := 0
		source := []byte(body)
		err := ast.Walk(goldmark.DefaultParser().Parse(gmtext.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if h, ok := n.(*ast.Heading); ok && entering && h.Level >= 2 {
				want++
			}
			return ast.WalkContinue, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, least := range []int{want, want + 1} {
			v := reply.Read(&contract.Contract{Body: contract.Body{MinHeadings: least}}, body, reply.Ended)
			few := strings.Contains(codes(v), "headings-few")
			if strings.Contains(codes(v), "+heading-form") {
				continue // a line that a parser sees no heading in was meant as one
			}
			if few != (least > want) {
				t.Fatalf("%q has %d headings, and with %d asked for: %s", body, want, least, codes(v))
			}
		}
	})
}
