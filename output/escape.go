package output

import (
	"regexp"
	"strings"
)

// A body is Markdown that a model wrote, and "{{< x >}}" in it is text. Hugo and
// Jekyll would execute it, even in a code block, and fail at an unknown name.
// Each escape function below returns text that its generator renders as the
// body. Its counterpart returns the original body.

// Hugo renders "{{</* x */>}}" as the text "{{< x >}}" (lexer of v0.165.0;
// tried). This requires the closing part. An opening part without one is split
// with an invisible character.
const joiner = "\u2060" // word joiner

var (
	shortcode  = regexp.MustCompile(`(?s)\{\{<(.*?)>\}\}|\{\{%(.*?)%\}\}`)
	commented  = regexp.MustCompile(`(?s)\{\{</\*(.*?)\*/>\}\}|\{\{%/\*(.*?)\*/%\}\}`)
	opening    = regexp.MustCompile(`\{\{(` + joiner + `*[<%])`)
	split      = regexp.MustCompile(`\{\{` + joiner + `(` + joiner + `*[<%])`)
	liquid     = regexp.MustCompile(`\{\{|\{%`)
	liquidText = regexp.MustCompile(`\{\{ "(\{\{|\{%)" \}\}`)
)

func escapeShortcodes(body string) string {
	return eachPart(body, shortcode, func(code string) string {
		return code[:3] + "/*" + code[3:len(code)-3] + "*/" + code[len(code)-3:]
	}, func(text string) string {
		return opening.ReplaceAllString(text, "{{"+joiner+"$1")
	})
}

func unescapeShortcodes(body string) string {
	return eachPart(body, commented, func(code string) string {
		return code[:3] + code[5:len(code)-5] + code[len(code)-3:]
	}, func(text string) string {
		return split.ReplaceAllString(text, "{{$1")
	})
}

// Liquid has no escape for a delimiter, but it can print one as a string. This
// works in every version, in code blocks, and in excerpts. A "raw" block would
// end at the first "endraw" in the body, and render_with_liquid requires Jekyll 4.
func escapeLiquid(body string) string {
	return liquid.ReplaceAllString(body, `{{ "$0" }}`)
}

func unescapeLiquid(body string) string {
	return liquidText.ReplaceAllString(body, "$1")
}

// eachPart applies one function to the matches and another to the text between
// them.
func eachPart(s string, re *regexp.Regexp, match, between func(string) string) string {
	var b strings.Builder
	from := 0
	for _, at := range re.FindAllStringIndex(s, -1) {
		b.WriteString(between(s[from:at[0]]))
		b.WriteString(match(s[at[0]:at[1]]))
		from = at[1]
	}
	b.WriteString(between(s[from:]))
	return b.String()
}
