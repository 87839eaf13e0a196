package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"

	"github.com/nightpress/nightpress/internal/page"
)

//go:embed assets
var assets embed.FS

// sheet is embedded in every page of a kind: its style, its script, and the
// policy that allows only these two.
type sheet struct {
	Policy        string
	Style, Script template.HTML
	// Number counts how often a report that is served was made; 0 is a report that is
	// not served.
	Number int64
}

// newSheet combines a style and scripts. A page that is served may ask its server.
func newSheet(style string, live bool, script string) sheet {
	css, scripts, connect := page.Style+asset(style), []string{asset(script)}, ""
	if live {
		scripts, connect = append(scripts, asset("live.js")), "; connect-src 'self'"
	}
	var allowed, elements string
	for _, js := range scripts {
		allowed += " '" + digest(js) + "'"
		elements += "<script>" + js + "</script>"
	}
	return sheet{
		Policy: "default-src 'none'; script-src" + allowed + "; style-src '" + digest(css) +
			"'; img-src data:; base-uri 'none'; form-action 'none'" + connect,
		Style:  template.HTML("<style>" + css + "</style>"),
		Script: template.HTML(elements),
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

// sheets are the two of a report.
type sheets struct{ index, topic sheet }

var (
	usual = sheets{newSheet("index.css", false, "index.js"), newSheet("topic.css", false, "topic.js")}
	live  = sheets{newSheet("index.css", true, "index.js"), newSheet("topic.css", true, "topic.js")}
	pages = template.Must(template.New("").ParseFS(assets, "assets/*.html"))
)

// sheets are those of the pages.
func (p *Pages) sheets() sheets {
	all := usual
	if p.Number > 0 {
		all = live
	}
	all.index.Number, all.topic.Number = p.Number, p.Number
	return all
}
