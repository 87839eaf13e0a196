package report

import (
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"html"
	"html/template"
	"strings"
)

// Where a chart's file has its title, the chart, and an item of its legend.
const (
	fileTop    = 48.0
	fileLegend = 18.0
)

// file is the chart as a file of its own, with its title, legend, and colors.
func (p *plot) file() string {
	height := fileTop + p.height + fileLegend*float64((len(p.Legend)+1)/2) + 8
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="%s" viewBox="0 0 %g %g" width="%g" height="%g">`+generatorComment,
		html.EscapeString(p.label), plotWidth, height, plotWidth, height)
	fmt.Fprintf(&b, `<style>%s</style><rect width="%g" height="%g" fill="#fff"/>`, asset("figure.css"), plotWidth, height)
	fmt.Fprintf(&b, `<text class="title" x="%g" y="20">%s</text><text class="tick" x="%g" y="36">%s</text>`, plotEdge, html.EscapeString(p.Title), plotEdge, html.EscapeString(p.Note))
	fmt.Fprintf(&b, `<g transform="translate(0 %g)">%s</g>`, fileTop, p.shapes)
	for i, l := range p.Legend {
		x, y := plotEdge+float64(i%2)*plotWidth/2, fileTop+p.height+fileLegend*float64(i/2)
		fmt.Fprintf(&b, `<rect class="%s" x="%g" y="%g" width="10" height="10"/><text class="tick" x="%g" y="%g">%s</text>`, l.Class, x, y, x+15, y+9, html.EscapeString(l.Text))
	}
	b.WriteString("</svg>\n")
	return strings.Map(inXML, b.String())
}

// inXML drops the characters that XML does not allow.
func inXML(r rune) rune {
	if r == '\t' || r == '\n' || r >= 0x20 && r < 0xd800 || r >= 0xe000 && r < 0xfffe || r > 0xffff {
		return r
	}
	return -1
}

// table is the chart's data as CSV.
func (p *plot) table() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	for _, row := range p.Data {
		safe := make([]string, len(row))
		for i, s := range row {
			safe[i] = noFormula(s)
		}
		_ = w.Write(safe) // to memory
	}
	w.Flush()
	return b.String()
}

// SVGLink and CSVLink hold the chart's files, so that a page needs no other file.
func (p *plot) SVGLink() template.URL { return dataURL("image/svg+xml", p.file()) }

// CSVLink holds the chart's data.
func (p *plot) CSVLink() template.URL { return dataURL("text/csv", p.table()) }

func dataURL(kind, text string) template.URL {
	return template.URL("data:" + kind + ";charset=utf-8;base64," + base64.StdEncoding.EncodeToString([]byte(text)))
}
