package e2e

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

var update = flag.Bool("update", false, "retake the README's screenshot")

// comparedRun runs three models over the first example topics and writes the
// report. It returns the folder and the jobs of the report's JSON lines.
func comparedRun(t *testing.T, topics int) (dir string, jobs []comparedJob) {
	t.Helper()
	dir = t.TempDir()
	all, err := os.ReadFile(examples(t))
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.SplitAfter(string(all), "\n")
	if err := os.WriteFile(filepath.Join(dir, "topics.csv"), []byte(strings.Join(rows[:topics+1], "")), 0o666); err != nil {
		t.Fatal(err)
	}
	if r := nightpress(dir, "run", "topics.csv", "-m", "rehearsal-steady,rehearsal-sloppy,rehearsal-cut", "--quiet"); r.code != 0 && r.code != 3 {
		t.Fatalf("exit %d\n%s", r.code, r.stderr)
	}
	mustRun(t, 0, dir, "report")
	for _, line := range strings.Split(mustRun(t, 0, dir, "report", "--json").stdout, "\n") {
		var j comparedJob
		if json.Unmarshal([]byte(line), &j) == nil && j.Event == "job" {
			jobs = append(jobs, j)
		}
	}
	if len(jobs) != 3*topics {
		t.Fatalf("%d jobs of %d topics", len(jobs), topics)
	}
	return dir, jobs
}

type comparedJob struct {
	Event, Topic, Slug, Label, Outcome string
	Problems                           []string
}

func count(jobs []comparedJob, fits func(comparedJob) bool) (topics int) {
	slugs := map[string]bool{}
	for _, j := range jobs {
		if fits(j) {
			slugs[j.Slug] = true
		}
	}
	return len(slugs)
}

func TestTheReportOfARealRunInABrowser(t *testing.T) {
	const topics = 20
	dir, jobs := comparedRun(t, topics)
	index := fileURL(dir, "report", "index.html")
	b := openBrowser(t, fileURL(dir, "report"))
	b.look(1280, 900, false)

	t.Run("the table sorts", func(t *testing.T) { b.t = t; sorts(b, index) })
	t.Run("the list is searched and filtered", func(t *testing.T) { b.t = t; filters(b, index, jobs) })
	t.Run("the keys lead everywhere", func(t *testing.T) { b.t = t; walks(b, index) })
	first := fileURL(dir, "report", "topics", jobs[0].Slug+".html")
	for _, address := range []string{index, first} {
		for _, dark := range []bool{false, true} {
			for _, width := range []int64{1280, 360} {
				t.Run(fmt.Sprintf("%s in %d, dark %v", filepath.Base(address), width, dark), func(t *testing.T) {
					b.t = t
					b.look(width, 800, dark)
					b.open(address)
					looks(b, int(width), dark)
				})
			}
		}
		t.Run("print of "+filepath.Base(address), func(t *testing.T) { b.t = t; prints(b, address) })
	}
	t.Run("the picture of the README", func(t *testing.T) { b.t = t; picture(b, index) })
	b.t = t
	b.quiet()
}

func sorts(b *browser, index string) {
	b.open(index)
	column := func(n int) []string {
		return eval[[]string](b, `[...document.querySelectorAll("#figures tbody tr")].map(r => %v ? r.cells[%v].dataset.sort : r.cells[0].querySelector("bdi").textContent)`, n, n)
	}
	click := func(n int) string {
		return eval[string](b, `(() => { const h = document.querySelectorAll("#figures thead th")[%v]; h.querySelector("button").click(); return h.getAttribute("aria-sort") })()`, n)
	}
	if got := click(2); got != "descending" {
		b.t.Errorf("after a click: %q", got)
	}
	byFirstTry := column(2)
	if !slices.IsSortedFunc(byFirstTry, func(x, y string) int { return strings.Compare(y+"0", x+"0") }) || byFirstTry[0] != "1" || byFirstTry[2] == "1" {
		b.t.Errorf("first try: %q", byFirstTry)
	}
	if names := column(0); names[0] != "rehearsal-steady" {
		b.t.Errorf("the rows did not move: %q", names)
	}
	click(2)
	slices.Reverse(byFirstTry)
	if got := column(2); !slices.Equal(got, byFirstTry) {
		b.t.Errorf("the other way round: %q", got)
	}
	if got := click(0); got != "ascending" || !slices.IsSorted(column(0)) {
		b.t.Errorf("by name: %s %q", got, column(0))
	}
	if eval[int](b, `document.querySelectorAll("[aria-sort]").length`) != 1 {
		b.t.Error("two heads say that they sort")
	}
}

func filters(b *browser, index string, jobs []comparedJob) {
	b.open(index)
	all := count(jobs, func(comparedJob) bool { return true })
	shows := func(what string, want int) {
		b.t.Helper()
		if rows := eval[int](b, `document.querySelectorAll("#list tbody tr").length`); rows != want {
			b.t.Errorf("%s: %d rows, want %d", what, rows, want)
		}
		said := fmt.Sprintf("%d of %d topics", want, all)
		if want == all {
			said = fmt.Sprintf("%d topics", all)
		}
		if got := eval[string](b, `document.getElementById("count").textContent`); got != said {
			b.t.Errorf("%s: it says %q, want %q", what, got, said)
		}
	}
	shows("everything", all)
	option := func(id, text string) string {
		return eval[string](b, `[...document.getElementById(%s).options].find(o => o.text === %s).value`, id, text)
	}
	b.choose("model", option("model", "rehearsal-sloppy"))
	b.choose("outcome", option("outcome", "mended"))
	mended := count(jobs, func(j comparedJob) bool { return j.Label == "rehearsal-sloppy" && j.Outcome == "later" })
	if mended == 0 || mended == all {
		b.t.Fatalf("nothing to filter: %d of %d", mended, all)
	}
	shows("sloppy, mended", mended)
	// The address holds the search: a reload shows the same topics.
	address := eval[string](b, "location.href")
	b.open("about:blank")
	b.open(address)
	shows("sloppy, mended, after a reload", mended)
	b.open("about:blank")
	b.open(index)
	shows("again everything", all)
	marker := option("problem", "marker-missing")
	b.choose("problem", marker)
	shows("marker-missing", count(jobs, func(j comparedJob) bool { return slices.Contains(j.Problems, "marker-missing") }))
	b.choose("problem", "")
	b.choose("spread", "differ")
	outcomes := map[string]map[string]bool{}
	for _, j := range jobs {
		if outcomes[j.Slug] == nil {
			outcomes[j.Slug] = map[string]bool{}
		}
		outcomes[j.Slug][j.Outcome] = true
	}
	shows("models disagree", count(jobs, func(j comparedJob) bool { return len(outcomes[j.Slug]) > 1 }))
	b.choose("spread", "")
	b.shortcut("/")
	b.press(jobs[0].Topic[:12])
	shows("search", count(jobs, func(j comparedJob) bool { return strings.Contains(j.Topic, jobs[0].Topic[:12]) }))
	b.press(escape)
	if got := eval[string](b, "document.activeElement.tagName"); got != "BODY" {
		b.t.Errorf("escape leaves the focus on %s", got)
	}
}

func walks(b *browser, index string) {
	b.open(index)
	b.press("?")
	b.wait(`document.getElementById("help").open`)
	b.press(escape)
	b.wait(`!document.getElementById("help").open`)
	b.press("j")
	b.press("j")
	b.press("j")
	b.press("k")
	links := eval[[]string](b, `[...document.querySelectorAll("#list tbody a")].map(a => a.href)`)
	if got := eval[string](b, "document.activeElement.href"); got != links[1] {
		b.t.Fatalf("the second topic should have the focus, and %s has", got)
	}
	b.press(enter)
	b.wait("location.pathname === new URL(%s).pathname && document.readyState === 'complete'", links[1])
	if n := eval[int](b, `document.querySelectorAll(".post-of:not([hidden])").length`); n != 3 {
		b.t.Errorf("%d posts side by side", n)
	}
	b.press("2")
	b.wait(`document.querySelectorAll(".post-of[hidden]").length === 1 && document.getElementById("m2").hidden`)
	b.press("j")
	b.wait("location.pathname === new URL(%s).pathname && document.readyState === 'complete'", links[2])
	if !eval[bool](b, `document.getElementById("m2").hidden && !document.querySelector("[data-column='2']").checked`) {
		b.t.Error("a hidden model comes back with the next topic")
	}
	b.press("0")
	b.wait(`document.querySelectorAll(".post-of[hidden]").length === 0`)
	b.press("k")
	b.wait("location.pathname === new URL(%s).pathname && document.readyState === 'complete'", links[1])
	b.press("?")
	b.wait(`document.getElementById("help").open`)
	b.press(escape)
	b.press("u")
	b.wait("location.pathname === new URL(%s).pathname", index)
}

// looks checks what every page must fulfill: no accessibility violations, no
// overflow, no animation, and a dark background on request.
func looks(b *browser, width int, dark bool) {
	for _, v := range b.barriers() {
		b.t.Errorf("axe: %s", v)
	}
	b.inWidth(width)
	if n := eval[int](b, "document.getAnimations().length"); n != 0 {
		b.t.Errorf("%d animations", n)
	}
	var rgb [3]int
	color := eval[string](b, "getComputedStyle(document.body).backgroundColor")
	if _, err := fmt.Sscanf(color, "rgb(%d, %d, %d)", &rgb[0], &rgb[1], &rgb[2]); err != nil || (rgb[0] < 80) != dark {
		b.t.Errorf("the ground is %s with dark %v (%v)", color, dark, err)
	}
}

func prints(b *browser, address string) {
	b.look(800, 1000, false)
	b.open(address)
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	defer call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	shown := eval[[]string](b, `[...document.querySelectorAll(".filter,.turn,.steps,.models,dialog")].filter(e => e.getClientRects().length).map(e => e.className || e.id)`)
	if len(shown) > 0 {
		b.t.Errorf("printed: %q", shown)
	}
	if !eval[bool](b, `document.querySelector("h1").getClientRects().length > 0 && document.querySelectorAll(".post-of, figure").length >= 3`) {
		b.t.Error("there is nothing to read on paper")
	}
	b.inWidth(800)
}

// picture takes the README's screenshot. With -update, it replaces the file.
func picture(b *browser, index string) {
	b.look(1200, 1128, false)
	b.open(index)
	path := filepath.Join(b.t.TempDir(), "report.png")
	if *update {
		path = "../docs/report.png"
	}
	b.picture(path)
	info, err := os.Stat(path)
	if err != nil || info.Size() < 20_000 || info.Size() > 200_000 {
		b.t.Errorf("%s: %d bytes, %v", path, info.Size(), err)
	}
}
