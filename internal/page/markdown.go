package page

import (
	"bytes"
	"html/template"
	"regexp"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown renders GitHub's dialect without checkboxes. Tables align their cells with
// an attribute, because a style would need a weaker Content-Security-Policy.
var markdown = goldmark.New(
	goldmark.WithExtensions(
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
		extension.Strikethrough, extension.Linkify,
	),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(literal{}, 100))),
)

// policy allows only what the renderer above writes: no id, class or style, no
// picture, and only web and mail addresses.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "del",
		"code", "pre", "blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|center|right)$`)).OnElements("th", "td")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(false)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
})

// HTML renders a post's body below a page's own headings: a heading of level n
// becomes one of level n+shift, at most 6. Raw HTML is shown as text, and a picture
// as its description: otherwise both would disappear, and readers should see what
// the model wrote. HTML is safe for concurrent use.
func HTML(body string, shift int) template.HTML {
	source := []byte(body)
	doc := markdown.Parser().Parse(text.NewReader(source), parser.WithContext(parser.NewContext()))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			h.Level = min(6, h.Level+shift)
		}
		return ast.WalkContinue, nil
	})
	var b bytes.Buffer
	// A buffer takes everything.
	_ = markdown.Renderer().Render(&b, source, doc)
	return template.HTML(policy().SanitizeBytes(b.Bytes()))
}

// literal renders raw HTML and pictures as text.
type literal struct{}

func (literal) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindRawHTML, rawHTML)
	r.Register(ast.KindHTMLBlock, htmlBlock)
	r.Register(ast.KindImage, image)
}

func escaped(w util.BufWriter, source []byte, s text.Segment) {
	html.DefaultWriter.RawWrite(w, s.Value(source))
}

func rawHTML(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<code>")
		segments := node.(*ast.RawHTML).Segments
		for i := range segments.Len() {
			escaped(w, source, segments.At(i))
		}
		_, _ = w.WriteString("</code>")
	}
	return ast.WalkSkipChildren, nil
}

func htmlBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		block := node.(*ast.HTMLBlock)
		_, _ = w.WriteString("<pre><code>")
		for i := range block.Lines().Len() {
			escaped(w, source, block.Lines().At(i))
		}
		if block.HasClosure() {
			escaped(w, source, block.ClosureLine)
		}
		_, _ = w.WriteString("</code></pre>\n")
	}
	return ast.WalkContinue, nil
}

func image(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("[picture: ")
	} else {
		_, _ = w.WriteString("]")
	}
	return ast.WalkContinue, nil
}
