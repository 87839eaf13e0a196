package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"

	"github.com/nightpress/nightpress/internal/stats"
)

// A plot has a row for each model: its name and a figure above a strip. The
// layout is for a width of 360, which fits a phone. A wider screen shows several
// plots side by side.
const (
	plotWidth  = 360.0
	plotEdge   = 8.0
	rowHeight  = 40.0
	stripTop   = 17.0 // names are above the strip
	stripY     = 27.0
	axisHeight = 34.0
	maxPoints  = 120
)

// plot is a chart with its legend.
type plot struct {
	// Key is the name of its files, without an extension.
	Key, Title, Note string
	Legend           []legend
	// Data is what the chart shows: a header and rows.
	Data [][]string

	shapes, label string
	height        float64
}

type legend struct{ Class, Text string }

// SVG is the chart as an element of a page, whose style sheet has its colors.
func (p *plot) SVG() template.HTML {
	return template.HTML(fmt.Sprintf(`<svg role="img" aria-label="%s" viewBox="0 0 %g %g" width="%g" height="%g">%s</svg>`,
		html.EscapeString(p.label), plotWidth, p.height, plotWidth, p.height, p.shapes))
}

// drawing collects shapes. Colors are classes of the style sheet.
type drawing struct {
	strings.Builder
	rows int
}

func (d *drawing) shape(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// row begins the next row and returns the vertical center of its strip.
func (d *drawing) row(name, figure string) (y float64) {
	top := float64(d.rows) * rowHeight
	d.rows++
	d.shape(`<text x="%g" y="%g">%s</text>`, plotEdge, top+13, html.EscapeString(line(name, 34)))
	d.shape(`<text x="%g" y="%g" class="num" text-anchor="end">%s</text>`, plotWidth-plotEdge, top+13, html.EscapeString(figure))
	return top + stripY
}

// bar draws a rectangle centered on y. The browser shows title as a tooltip.
func (d *drawing) bar(class string, x1, x2, y, height float64, title string) {
	d.shape(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%g"><title>%s</title></rect>`,
		class, x1, y-height/2, max(x2-x1, 0.5), height, html.EscapeString(title))
}

func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	d.shape(`<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, class, x1, y1, x2, y2)
}

// finish puts the shapes over an axis with the unit below it. A screen reader reads
// what is said.
func (d *drawing) finish(p *plot, s scale, unit string, show func(float64) string, said []string) {
	p.label = p.Title + ". " + strings.Join(said, ". ")
	p.height = float64(d.rows)*rowHeight + axisHeight
	p.shapes = s.axis(d.rows, unit, show) + d.String()
}

// scale maps values to horizontal positions.
type scale struct {
	low, high, step float64
}

// newScale returns a scale with round ends and 2 to 5 steps, none smaller than
// least.
func newScale(low, high, least float64) scale {
	if high <= low {
		high = low + max(1e-9, least, math.Abs(low)*0.1)
	}
	raw := max(least, (high-low)/4)
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	step := unit * 10
	for _, m := range []float64{1, 2, 5} {
		if unit*m >= raw {
			step = unit * m
			break
		}
	}
	return scale{math.Floor(low/step) * step, math.Ceil(high/step) * step, step}
}

// roomy adds a step at an end where a value lies on the edge, except at zero.
func (s scale) roomy(low, high float64) scale {
	if low == s.low && low > 0 {
		s.low = max(0, s.low-s.step)
	}
	if high == s.high {
		s.high += s.step
	}
	return s
}

func (s scale) x(v float64) float64 {
	return plotEdge + (v-s.low)/(s.high-s.low)*(plotWidth-2*plotEdge)
}

// axis returns grid lines behind the strips, with their values and the unit below.
func (s scale) axis(rows int, unit string, show func(float64) string) string {
	var grid strings.Builder
	bottom := float64(rows) * rowHeight
	n := int(math.Round((s.high - s.low) / s.step))
	for i := 0; i <= n; i++ {
		x := s.x(s.low + float64(i)*s.step)
		anchor := "middle"
		switch i {
		case 0:
			anchor = "start"
		case n:
			anchor = "end"
		}
		for row := range rows {
			top := float64(row) * rowHeight
			fmt.Fprintf(&grid, `<line class="grid" x1="%.1f" y1="%g" x2="%.1f" y2="%g"/>`, x, top+stripTop, x, top+rowHeight)
		}
		fmt.Fprintf(&grid, `<text class="tick" x="%.1f" y="%g" text-anchor="%s">%s</text>`, x, bottom+13, anchor, html.EscapeString(show(s.low+float64(i)*s.step)))
	}
	fmt.Fprintf(&grid, `<text class="tick" x="%g" y="%g" text-anchor="middle">%s</text>`, plotWidth/2, bottom+28, html.EscapeString(unit))
	return grid.String()
}

// part is a piece of a stacked bar.
type part struct {
	class, name string
	n           int
}

// bars says how stacked bars are drawn.
type bars struct {
	Key, Title, Note, Unit string
	// Full gives all bars the same length. Otherwise, a bar's length is proportional
	// to its sum.
	Full  bool
	parts func(*Model) []part
}

// stacked draws a stacked bar for each model. The legend has the order of the parts.
func stacked(b bars, models []*Model) plot {
	p := plot{Key: b.Key, Title: b.Title, Note: b.Note, Data: [][]string{{"model", "part", "n"}}}
	most, named := 0, map[string]bool{}
	for _, m := range models {
		most = max(most, total(b.parts(m)))
		for _, one := range b.parts(m) {
			named[one.name] = named[one.name] || one.n > 0
		}
	}
	s, show := scale{0, 1, 0.25}, percent
	if !b.Full {
		s, show = newScale(0, float64(most), 1), whole
	}
	var d drawing
	var said []string
	for _, m := range models {
		all := b.parts(m)
		sum := total(all)
		y := d.row(m.Name, "n "+whole(float64(sum)))
		said = append(said, m.Name+": "+spoken(all))
		of := 1.0
		if b.Full {
			of = float64(max(sum, 1))
		}
		at := 0.0
		for _, piece := range all {
			if named[piece.name] {
				p.Data = append(p.Data, []string{m.Name, piece.name, strconv.Itoa(piece.n)})
			}
			if piece.n == 0 {
				continue
			}
			to := at + float64(piece.n)/of
			d.bar("part "+piece.class, s.x(at), s.x(to), y, 16, fmt.Sprintf("%s: %s: %d of %d", m.Name, piece.name, piece.n, sum))
			at = to
		}
	}
	if len(models) > 0 {
		for _, piece := range b.parts(models[0]) {
			if named[piece.name] {
				p.Legend = append(p.Legend, legend{piece.class, piece.name})
			}
		}
	}
	d.finish(&p, s, b.Unit, show, said)
	return p
}

func total(all []part) (n int) {
	for _, p := range all {
		n += p.n
	}
	return n
}

func spoken(all []part) string {
	var list []string
	for _, p := range all {
		if p.n > 0 {
			list = append(list, fmt.Sprintf("%s %d", p.name, p.n))
		}
	}
	if list == nil {
		return "nothing"
	}
	return strings.Join(list, ", ")
}

// whiskers draws a share for each name, with its interval.
func whiskers(f *figure, note string, names []string, values []Value) plot {
	p := plot{Key: f.Key, Title: f.Title, Note: note, Data: [][]string{{"model", "share", "low", "high", "n"}}}
	var d drawing
	var said []string
	s := scale{0, 1, 0.25}
	for i, v := range values {
		y := d.row(names[i], f.marked(v))
		said = append(said, names[i]+" "+f.marked(v))
		if !v.Known {
			continue
		}
		row := []string{names[i], exact(v.Value), "", "", strconv.Itoa(v.N)}
		if v.Interval.Known {
			row[2], row[3] = exact(v.Low), exact(v.High)
			d.line("whisker", s.x(v.Low), y, s.x(v.High), y)
			d.line("whisker", s.x(v.Low), y-5, s.x(v.Low), y+5)
			d.line("whisker", s.x(v.High), y-5, s.x(v.High), y+5)
		}
		p.Data = append(p.Data, row)
		d.shape(`<circle class="dot" cx="%.1f" cy="%.1f" r="5"><title>%s</title></circle>`, s.x(v.Value), y, html.EscapeString(names[i]+": "+f.marked(v)))
	}
	d.finish(&p, s, f.Unit, percent, said)
	return p
}

// exact formats a value for a table of data.
func exact(v float64) string { return strconv.FormatFloat(digits(v), 'f', -1, 64) }

// strips draws the values of a sample as points, the middle half as a box, and
// the median as a line. Of more than maxPoints values it draws an even selection.
func strips(f *figure, note string, models []*Model, values []Value, of func(*Model) *stats.Sample) plot {
	low, high := math.Inf(1), math.Inf(-1)
	for _, m := range models {
		if v := of(m).Values(); len(v) > 0 {
			low, high = min(low, of(m).Quantile(0.005)), max(high, of(m).Quantile(0.995))
		}
	}
	if low > high {
		return plot{}
	}
	// Ratios are visible only on an axis that begins at zero.
	if low > 0 && low < high/2 {
		low = 0
	}
	p := plot{Key: f.Key, Title: f.Title, Note: note, Data: [][]string{{"model", "statistic", "value"}}}
	s := newScale(low, high, f.least).roomy(low, high)
	var d drawing
	var said []string
	for i, v := range values {
		sample, name := of(models[i]), models[i].Name
		y := d.row(name, f.marked(v))
		said = append(said, name+" median "+f.marked(v))
		if sample.N == 0 {
			continue
		}
		q1, q3 := sample.Quantile(0.25), sample.Quantile(0.75)
		d.bar("box", s.x(q1), s.x(q3), y, 18, fmt.Sprintf("%s: half of the values are between %s and %s", name, f.show(q1), f.show(q3)))
		drawn := selection(sample.Values())
		d.points(s, drawn, y)
		d.line("median", s.x(v.Value), y-10, s.x(v.Value), y+10)
		p.Data = append(p.Data, []string{name, "n", strconv.Itoa(sample.N)}, []string{name, "median", exact(v.Value)}, []string{name, "quartile 1", exact(q1)}, []string{name, "quartile 3", exact(q3)})
		for _, one := range drawn {
			p.Data = append(p.Data, []string{name, "point", exact(one)})
		}
	}
	d.finish(&p, s, f.Unit, f.show, said)
	return p
}

// selection is at most maxPoints of the values, evenly chosen.
func selection(values []float64) []float64 {
	n := min(len(values), maxPoints)
	some := make([]float64, n)
	for i := range some {
		some[i] = values[i*len(values)/n]
	}
	return some
}

// points draws values with a small, reproducible vertical scatter.
func (d *drawing) points(s scale, values []float64, y float64) {
	d.WriteString(`<g class="points">`)
	for i, v := range values {
		x := min(max(s.x(v), plotEdge), plotWidth-plotEdge)
		// The golden ratio spreads any number of points evenly.
		_, scatter := math.Modf(float64(i) * math.Phi)
		d.shape(`<circle cx="%.1f" cy="%.1f" r="2"/>`, x, y+(scatter-0.5)*12)
	}
	d.WriteString(`</g>`)
}

// marked formats a value with its n, and with "~" if it is within noise.
func (f *figure) marked(v Value) string {
	if !v.Known {
		return "none, n 0"
	}
	mark := ""
	if v.Noise {
		mark = " ~"
	}
	return fmt.Sprintf("%s%s, n %s", f.show(v.Value), mark, whole(float64(v.N)))
}
