package metrics

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
)

var update = flag.Bool("update", false, "write the table of docs/metrics.md")

// known are the labels of each metric; a histogram is there by the names of its
// series.
func known(t *testing.T) map[string][]string {
	all := map[string][]string{}
	for _, f := range gather(t, collecting(full())) {
		// Every target has those of Prometheus.
		labels := []string{"instance", "job"}
		for _, l := range f.Metric[0].Label {
			labels = append(labels, l.GetName())
		}
		if f.GetType() == dto.MetricType_HISTOGRAM {
			all[f.GetName()+"_bucket"] = append(slices.Clone(labels), "le")
			all[f.GetName()+"_count"], all[f.GetName()+"_sum"] = labels, labels
		} else {
			all[f.GetName()] = labels
		}
	}
	return all
}

// table is the one of docs/metrics.md.
func table(t *testing.T) string {
	var b strings.Builder
	for _, f := range gather(t, collecting(full())) {
		var labels []string
		for _, l := range f.Metric[0].Label {
			labels = append(labels, "`"+l.GetName()+"`")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.GetName(), strings.ToLower(f.GetType().String()), strings.Join(labels, ", "), f.GetHelp())
	}
	return b.String()
}

func TestTheDocsListEveryMetric(t *testing.T) {
	const path, head = "../../docs/metrics.md", "|---|---|---|---|\n"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), head)
	listed, after, end := strings.Cut(rest, "\n\n")
	if !ok || !end {
		t.Fatal("there is no table")
	}
	want := table(t)
	if *update {
		if err := os.WriteFile(path, []byte(before+head+want+"\n"+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if listed+"\n" != want {
		t.Errorf("the table is not that of the program: go test ./internal/metrics -update\n%s", want)
	}
}

type dashboard struct {
	Title, UID    string
	SchemaVersion int
	Templating    struct {
		List []struct {
			Name, Type, Definition string
			Query                  any
			Datasource             datasource
		}
	}
	Panels []struct {
		ID          int
		Type, Title string
		Description string
		Datasource  datasource
		GridPos     struct{ X, Y, W, H int }
		Targets     []struct {
			Expr, LegendFormat, RefID string
			Datasource                datasource
		}
	}
}

type datasource struct{ Type, UID string }

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	text, err := os.ReadFile("../../docs/grafana.json")
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEveryExpressionOfTheDashboardIsOfMetricsThatExist(t *testing.T) {
	known := known(t)
	d := readDashboard(t)
	used := map[string]bool{}
	for _, v := range d.Templating.List {
		if v.Type != "query" {
			continue
		}
		m := regexp.MustCompile(`^label_values\((.+), ([a-z_]+)\)$`).FindStringSubmatch(v.Definition)
		if m == nil || v.Query.(map[string]any)["query"] != v.Definition {
			t.Errorf("variable %s: %q", v.Name, v.Definition)
			continue
		}
		check(t, known, used, "variable "+v.Name, m[1]+" by ("+m[2]+")", "")
	}
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			check(t, known, used, p.Title, target.Expr, target.LegendFormat)
		}
	}
	for _, name := range []string{"nightpress_run_jobs", "nightpress_jobs_total", "nightpress_tokens_per_second", "nightpress_time_to_first_token_seconds_bucket",
		"nightpress_streams", "nightpress_slots", "nightpress_outages_total", "nightpress_server_up", "nightpress_run_expected_end_time_seconds"} {
		if !used[name] {
			t.Errorf("no panel shows %s", name)
		}
	}
}

var (
	quoted   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	ours     = regexp.MustCompile(`\bnightpress_\w+`)
	selector = regexp.MustCompile(`(\bnightpress_\w+)\{([^}]*)\}`)
	matcher  = regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)`)
	changes  = regexp.MustCompile(`\b(?:rate|increase)\(\s*(nightpress_\w+)([^)]*)\)`)
	grouping = regexp.MustCompile(`\b(?:by|without|on|ignoring)\s*\(([^)]*)\)`)
	inLegend = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)
)

// check finds metrics and labels in an expression that do not exist, brackets
// that do not match, and a rate of a gauge or of no range.
//
// Note: the parser of Prometheus would say more, and its module brings the clients
// of every cloud with it.
func check(t *testing.T, known map[string][]string, used map[string]bool, where, expr, legend string) {
	t.Helper()
	bare := quoted.ReplaceAllString(expr, `""`)
	names := ours.FindAllString(bare, -1)
	if len(names) == 0 {
		t.Errorf("%s: no metric in %s", where, expr)
	}
	var labels []string
	for _, name := range names {
		used[name] = true
		if known[name] == nil {
			t.Errorf("%s: there is no metric %s", where, name)
		}
		labels = append(labels, known[name]...)
	}
	for _, m := range selector.FindAllStringSubmatch(bare, -1) {
		for _, l := range matcher.FindAllStringSubmatch(m[2], -1) {
			if !slices.Contains(known[m[1]], l[1]) {
				t.Errorf("%s: %s has no label %s", where, m[1], l[1])
			}
		}
	}
	for _, pair := range []string{"()", "[]", "{}"} {
		if strings.Count(bare, pair[:1]) != strings.Count(bare, pair[1:]) {
			t.Errorf("%s: %s do not match in %s", where, pair, expr)
		}
	}
	for _, m := range changes.FindAllStringSubmatch(bare, -1) {
		if !strings.HasSuffix(m[1], "_total") && !strings.HasSuffix(m[1], "_bucket") || !strings.HasSuffix(m[2], "]") {
			t.Errorf("%s: %s is no counter with a range in %s", where, m[1], expr)
		}
	}
	groups := grouping.FindAllStringSubmatch(bare, -1)
	var grouped []string
	for _, m := range groups {
		for _, l := range strings.Split(m[1], ",") {
			grouped = append(grouped, strings.TrimSpace(l))
			if !slices.Contains(labels, strings.TrimSpace(l)) {
				t.Errorf("%s: no metric of %s has the label %s", where, expr, l)
			}
		}
	}
	for _, m := range inLegend.FindAllStringSubmatch(legend, -1) {
		if !slices.Contains(grouped, m[1]) {
			t.Errorf("%s: the label %s of the legend is not in %s", where, m[1], expr)
		}
	}
}

func TestTheCheckOfExpressionsSeesWhatIsWrong(t *testing.T) {
	known := known(t)
	for _, expr := range []string{
		`sum(nightpress_job_total)`, `sum by (servr) (nightpress_streams)`, `nightpress_streams{servr="a"}`, `nightpress_streams{status="a", server="b"}`, `up`,
		`sum(nightpress_streams`, `rate(nightpress_streams[5m])`, `rate(nightpress_tokens_total{server="a"})`,
		`histogram_quantile(0.5, sum by (le) (rate(nightpress_time_to_first_token_seconds[5m])))`,
	} {
		probe := &testing.T{}
		check(probe, known, map[string]bool{}, "test", expr, "")
		if !probe.Failed() {
			t.Errorf("%s passes", expr)
		}
	}
}

func TestTheDashboardCanBeImportedAnywhere(t *testing.T) {
	d := readDashboard(t)
	if d.Title != "nightpress" || d.SchemaVersion < 36 || len(d.Panels) < 10 {
		t.Fatalf("%q, schema %d, %d panels", d.Title, d.SchemaVersion, len(d.Panels))
	}
	variables := map[string]bool{}
	for _, v := range d.Templating.List {
		variables[v.Name] = true
		if v.Type == "query" && v.Datasource != (datasource{"prometheus", "${datasource}"}) {
			t.Errorf("variable %s asks %+v", v.Name, v.Datasource)
		}
	}
	if v := d.Templating.List[0]; v.Type != "datasource" || v.Query != "prometheus" {
		t.Errorf("the first variable is %+v", v)
	}
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" || p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("panel %d %q", p.ID, p.Title)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%q is at %d, %d, as is %q", p.Title, x, y, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		refs := map[string]bool{}
		for _, target := range p.Targets {
			if target.Datasource != (datasource{"prometheus", "${datasource}"}) || refs[target.RefID] {
				t.Errorf("%q asks %+v as %s", p.Title, target.Datasource, target.RefID)
			}
			refs[target.RefID] = true
			for _, m := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(target.Expr, -1) {
				if !variables[m[1]] && !strings.HasPrefix(m[1], "__") {
					t.Errorf("%q uses $%s, which is no variable", p.Title, m[1])
				}
			}
		}
	}
}

// The alert of the docs is of metrics that exist.
func TestTheAlertOfTheDocsIsOfMetricsThatExist(t *testing.T) {
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	exprs := regexp.MustCompile(`(?m)^\s+expr: (.*)$`).FindAllSubmatch(text, -1)
	if len(exprs) == 0 {
		t.Fatal("there is none")
	}
	for _, m := range exprs {
		check(t, known(t), map[string]bool{}, "docs/metrics.md", string(m[1]), "")
	}
}
