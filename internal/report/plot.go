package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"

	"github.com/nightpress/nightpress/internal/stats"
)

// A plot has a row for each model: its name and a figure above a strip. The
// layout is for a width of 360, which fits a phone. A wider screen shows several
// plots side by side.
const (
	plotWidth = 360.0
	plotEdge  = 8.0
	rowHeight = 40.0
	stripY    = 27.0
	maxPoints = 120
)

// plot is a chart with its legend.
type plot struct {
	Title, Note string
	SVG         template.HTML
	Legend      []legend
}

type legend struct{ Class, Text string }

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

// finish closes the drawing. A screen reader reads label.
func (d *drawing) finish(label string, below float64) template.HTML {
	height := float64(d.rows)*rowHeight + below
	return template.HTML(fmt.Sprintf(`<svg role="img" aria-label="%s" viewBox="0 0 %g %g" width="%g" height="%g">%s</svg>`,
		html.EscapeString(label), plotWidth, height, plotWidth, height, d.String()))
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

func (s scale) x(v float64) float64 {
	return plotEdge + (v-s.low)/(s.high-s.low)*(plotWidth-2*plotEdge)
}

// axis returns grid lines for the rows, with their values below.
func (s scale) axis(d *drawing, rows int, show func(float64) string) string {
	var grid strings.Builder
	bottom := float64(rows) * rowHeight
	n := int(math.Round((s.high - s.low) / s.step))
	for i := 0; i <= n; i++ {
		v := s.low + float64(i)*s.step
		anchor := "middle"
		switch i {
		case 0:
			anchor = "start"
		case n:
			anchor = "end"
		}
		fmt.Fprintf(&grid, `<line class="grid" x1="%.1f" y1="0" x2="%.1f" y2="%g"/>`, s.x(v), s.x(v), bottom)
		fmt.Fprintf(&grid, `<text class="tick" x="%.1f" y="%g" text-anchor="%s">%s</text>`, s.x(v), bottom+14, anchor, html.EscapeString(show(v)))
	}
	return grid.String()
}

// part is a piece of a stacked bar.
type part struct {
	class, name string
	n           int
}

// stacked draws a stacked bar for each model. With full, all bars have the same
// length; otherwise, a bar's length is proportional to its sum.
func stacked(title, note string, models []*Model, full bool, parts func(*Model) []part) plot {
	p := plot{Title: title, Note: note}
	most := 0
	for _, m := range models {
		most = max(most, total(parts(m)))
	}
	var d drawing
	var said []string
	shown := map[string]bool{}
	for _, m := range models {
		all := parts(m)
		sum := total(all)
		y := d.row(m.Name, "n "+whole(float64(sum)))
		of := most
		if full {
			of = sum
		}
		said = append(said, m.Name+": "+spoken(all))
		at := plotEdge
		for _, piece := range all {
			if piece.n == 0 {
				continue
			}
			to := at + float64(piece.n)/float64(of)*(plotWidth-2*plotEdge)
			d.bar("part "+piece.class, at, to, y, 16, fmt.Sprintf("%s: %s: %d of %d", m.Name, piece.name, piece.n, sum))
			at = to
			if !shown[piece.name] {
				shown[piece.name] = true
				p.Legend = append(p.Legend, legend{piece.class, piece.name})
			}
		}
	}
	p.SVG = d.finish(title+". "+strings.Join(said, ". "), 4)
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

// whiskers draws each model's share with its interval.
func whiskers(f *figure, models []*Model, note string) plot {
	var d drawing
	var said []string
	s := scale{0, 1, 0.25}
	for i, v := range f.values(models) {
		y := d.row(models[i].Name, f.marked(v))
		said = append(said, models[i].Name+" "+f.marked(v))
		if !v.Known {
			continue
		}
		d.line("whisker", s.x(v.Low), y, s.x(v.High), y)
		d.line("whisker", s.x(v.Low), y-5, s.x(v.Low), y+5)
		d.line("whisker", s.x(v.High), y-5, s.x(v.High), y+5)
		d.shape(`<circle class="dot" cx="%.1f" cy="%.1f" r="5"><title>%s</title></circle>`, s.x(v.Value), y, html.EscapeString(models[i].Name+": "+f.marked(v)))
	}
	return d.plot(f, s, note, said)
}

// strips draws the values of a sample as points, the middle half as a box, and
// the median as a line. Of more than maxPoints values it draws an even selection.
func strips(f *figure, models []*Model, note string, of func(*Model) *stats.Sample) plot {
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
	s := newScale(low, high, f.least)
	var d drawing
	var said []string
	for i, v := range f.values(models) {
		sample := of(models[i])
		y := d.row(models[i].Name, f.marked(v))
		said = append(said, models[i].Name+" median "+f.marked(v))
		if sample.N == 0 {
			continue
		}
		q1, q3 := sample.Quantile(0.25), sample.Quantile(0.75)
		d.bar("box", s.x(q1), s.x(q3), y, 18, fmt.Sprintf("%s: half of the values are between %s and %s", models[i].Name, f.show(q1), f.show(q3)))
		d.points(s, sample.Values(), y)
		d.line("median", s.x(v.Value), y-10, s.x(v.Value), y+10)
	}
	return d.plot(f, s, note, said)
}

// points draws values with a small, reproducible vertical scatter.
func (d *drawing) points(s scale, values []float64, y float64) {
	n := min(len(values), maxPoints)
	d.WriteString(`<g class="points">`)
	for i := range n {
		v := values[i*len(values)/n]
		x := min(max(s.x(v), plotEdge), plotWidth-plotEdge)
		// The golden ratio spreads any number of points evenly.
		_, scatter := math.Modf(float64(i) * math.Phi)
		d.shape(`<circle cx="%.1f" cy="%.1f" r="2"/>`, x, y+(scatter-0.5)*12)
	}
	d.WriteString(`</g>`)
}

func (d *drawing) plot(f *figure, s scale, note string, said []string) plot {
	grid := s.axis(d, d.rows, f.show)
	shapes := d.String()
	d.Reset()
	d.WriteString(grid + shapes)
	return plot{Title: f.Title, Note: note, SVG: d.finish(f.Title+". "+strings.Join(said, ". "), 18)}
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
