package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
)

//go:embed assets
var assets embed.FS

// sheet is embedded in every page of a kind: its style, its script, and the
// policy that allows only these two.
type sheet struct {
	Policy        string
	Style, Script template.HTML
}

func newSheet(styles []string, script string) sheet {
	var css string
	for _, name := range styles {
		css += asset(name)
	}
	js := asset(script)
	return sheet{
		Policy: "default-src 'none'; script-src '" + digest(js) + "'; style-src '" + digest(css) +
			"'; img-src data:; base-uri 'none'; form-action 'none'",
		Style:  template.HTML("<style>" + css + "</style>"),
		Script: template.HTML("<script>" + js + "</script>"),
	}
}

func asset(name string) string {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // embedded
	}
	return string(text)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

var (
	indexSheet = newSheet([]string{"base.css", "index.css"}, "index.js")
	topicSheet = newSheet([]string{"base.css", "topic.css"}, "topic.js")
	pages      = template.Must(template.New("").ParseFS(assets, "assets/*.html"))
)
