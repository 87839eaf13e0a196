package output

import (
	"regexp"
	"strings"
)

// A body is Markdown that a model wrote, and "{{< x >}}" in it, in a listing
// as anywhere else, is text. Hugo and Jekyll would run it, and end with an
// error at a name that they do not know. Each function below makes a text that
// its generator renders as the body, and its counterpart gives the body back,
// whatever it holds.

// Hugo takes "{{</* x */>}}" for the text "{{< x >}}" (lexer of v0.165.0;
// tried), but it needs the end. An opening without one is parted by a
// character that cannot be seen.
const joiner = "\u2060" // word joiner

var (
	shortcode  = regexp.MustCompile(`(?s)\{\{<(.*?)>\}\}|\{\{%(.*?)%\}\}`)
	commented  = regexp.MustCompile(`(?s)\{\{</\*(.*?)\*/>\}\}|\{\{%/\*(.*?)\*/%\}\}`)
	opening    = regexp.MustCompile(`\{\{(` + joiner + `*[<%])`)
	parted     = regexp.MustCompile(`\{\{` + joiner + `(` + joiner + `*[<%])`)
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
		return parted.ReplaceAllString(text, "{{$1")
	})
}

// Liquid has no escape for one delimiter, but it prints a string. This works
// in every version, in a listing and in an excerpt; "raw" blocks end at the
// first "endraw" in the body, and render_with_liquid is for Jekyll 4 alone.
func escapeLiquid(body string) string {
	return liquid.ReplaceAllString(body, `{{ "$0" }}`)
}

func unescapeLiquid(body string) string {
	return liquidText.ReplaceAllString(body, "$1")
}

// eachPart changes what matches with one function and what stands between
// matches with another.
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
