package report

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/page"
)

// A model's name that is hostile to XML, HTML, and spreadsheets is text in a chart's
// files.
func TestNamesAreTextInTheFilesOfCharts(t *testing.T) {
	const name = "=1+1</text><script>alert(1)</script>\x00\x1b\ufffe&"
	m := &Model{Name: name}
	m.outcomes[firstTry], m.outcomes[rejected] = 3, 1
	p := stacked(bars{"outcomes", "Outcomes & more", "a <note>", "share", true, outcomeParts}, []*Model{m})
	d := xml.NewDecoder(strings.NewReader(p.file()))
	var names []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in %s", err, p.file())
		}
		if e, ok := token.(xml.StartElement); ok {
			names = append(names, e.Name.Local)
		}
	}
	if slices.Contains(names, "script") || !slices.Contains(names, "rect") {
		t.Errorf("elements: %q", names)
	}
	rows, err := csv.NewReader(strings.NewReader(p.table())).ReadAll()
	if err != nil || len(rows) != 3 || rows[1][1] != "first try" || rows[1][2] != "3" {
		t.Fatalf("%q, %v", rows, err)
	}
	if !strings.HasPrefix(rows[1][0], "'=") || strings.Contains(rows[1][0], "\x1b") {
		t.Errorf("a formula or a control character: %q", rows[1][0])
	}
}

// The legend has the order of the parts, whichever model has which.
func TestALegendIsInOrder(t *testing.T) {
	a, b := &Model{Name: "a"}, &Model{Name: "b"}
	a.outcomes[rejected], b.outcomes[firstTry], b.outcomes[later] = 1, 1, 1
	p := stacked(bars{"outcomes", "Outcomes", "", "", true, outcomeParts}, []*Model{a, b})
	var got []string
	for _, l := range p.Legend {
		got = append(got, l.Text)
	}
	if want := []string{"first try", "mended", "rejected"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Grid lines are only behind the strips, so that no line crosses a name.
func TestNoLineCrossesAName(t *testing.T) {
	s := scale{0, 1, 0.5}
	for _, m := range regexp.MustCompile(`class="grid" x1="[^"]*" y1="([0-9]+)"`).FindAllStringSubmatch(s.axis(2, "", percent), -1) {
		if m[1] != "17" && m[1] != "57" {
			t.Errorf("a line begins at %s", m[1])
		}
	}
}

// A chart's file has the colors of the light page.
func TestAFileHasTheColorsOfThePage(t *testing.T) {
	root := page.Style[:strings.Index(page.Style, "}")]
	for name, class := range map[string]string{"good": "good", "fair": "fair", "hand": "hand", "bad": "bad", "rest": "rest", "wait": "wait", "box": "box", "ink": "dot"} {
		color := regexp.MustCompile(`--` + name + `:(#[0-9a-f]+)`).FindStringSubmatch(root)
		if color == nil || !strings.Contains(asset("figure.css"), "."+class+"{fill:"+color[1]+"}") {
			t.Errorf("%s: %v", name, color)
		}
	}
}

func TestTheBestModelComesFirst(t *testing.T) {
	poor, good, unknown := &Model{Name: "a"}, &Model{Name: "b"}, &Model{Name: "c"}
	poor.outcomes[rejected], good.outcomes[firstTry] = 2, 2
	all := []*Model{poor, good, unknown}
	order := func(groups ...*preferences) (names string) {
		for _, m := range standing(all, groups, &paired{}) {
			names += m.Name
		}
		return names
	}
	if got := order(); got != "bac" {
		t.Errorf("by first tries: %s", got)
	}
	ranked := &preferences{ranking: ranking{models: []ranked{{pair: &pair{A: "c"}}, {pair: &pair{A: "a"}}}}}
	if got := order(ranked); got != "cab" {
		t.Errorf("by preference: %s", got)
	}
}
