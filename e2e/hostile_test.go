package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/word"
	"github.com/nightpress/nightpress/output"
)

// hostileTexts try to run, to load, to break out of where they are shown, or
// to pretend. Each one that runs calls pwned.
var hostileTexts = []string{
	`<script>pwned(1)</script>`, `</script><script>pwned(2)</script>`, `</title><script>pwned(3)</script>`, `</style><script>pwned(4)</script>`,
	`<!--<script>pwned(5)//`, `"><img src=x onerror=pwned(6)>`, `'><svg onload=pwned(7)>`, `<svg><animate onbegin=pwned(8) attributeName=x dur=1s>`,
	`<iframe src="javascript:pwned(9)"></iframe>`, `<object data="http://hostile.invalid/10">`, `<link rel=stylesheet href="http://hostile.invalid/11">`,
	`<style>*{display:none!important;background:url(http://hostile.invalid/12)}</style>`, `<base href="http://hostile.invalid/">`,
	`<meta http-equiv=refresh content="0;url=http://hostile.invalid/13">`, `<form action="http://hostile.invalid/14"><input autofocus onfocus=pwned(14)>`,
	`[click](javascript:pwned(15))`, `[click](JAVASCRIPT&#58;pwned(16))`, `![](http://hostile.invalid/17.png)`, `![x](x" onerror="pwned(18))`,
	`<http://hostile.invalid/19>`, `[x]: http://hostile.invalid/20`, `<a href="data:text/html,<script>pwned(21)</script>">x</a>`,
	"\u202egnp.evil\u202c \u2066isolated", "\x1b[2J\x1b]0;title\a\x1b[31mred", "\u0085\u2028\u2029", "nul \x00 bell \a del \x7f",
	"---\nlayout: evil\n---\n!!python/object:os.system", "{{ 7*7 }} {% include evil %} {{< evil >}} ${pwned(22)} `${pwned(23)}`",
	`=HYPERLINK("http://hostile.invalid/24")`, strings.Repeat("unbroken", 800), strings.Repeat("<b>", 100) + "x", "&lt;script&gt;pwned(25)&lt;/script&gt; &#x202e;",
	`<details open ontoggle=pwned(26)>`, `<p style="position:fixed;inset:0" id="data" class="scroll" name="help">`, `__proto__`, `constructor`,
}

// hostilePosts is a folder whose every text is hostile: topics, titles, tags,
// labels, models, problems, reasons, bodies, raw replies and front matter.
func hostilePosts(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "posts")
	folder, err := output.Open(dir, "a test")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(folder.LedgerPath())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close(); _ = folder.Close() }()
	sink := &output.Sink{Folder: folder, Ledger: l, RunID: 1}
	whole := strings.Join(hostileTexts, "\n\n")
	for i, text := range hostileTexts {
		// One page has them all, one after another.
		everything := text
		if i == 0 {
			everything = whole
		}
		good := &record.Result{
			ID: fmt.Sprint("good ", i), Topic: text, Slug: fmt.Sprintf("hostile-%d", i), Label: "good", Model: text, Digest: text, Prompt: text,
			Status: record.Done, Attempts: []record.Attempt{{
				N: 1, Remedy: word.Of[contract.Remedy](text), Usage: llm.Usage{EvalCount: 20}, Seconds: 1,
				Repairs: []contract.Repair{{Code: word.Of[contract.RepairCode](text), Line: 1}},
			}},
			Post: &contract.Post{Body: everything, Words: 10, Fields: []contract.Value{
				{Key: "title", Text: text}, {Key: "description", Text: text},
				{Key: "tags", List: []string{text, "tag"}}, {Key: "categories", List: []string{text}},
			}},
		}
		// A label of which no folder can be made has no post, but it has a
		// column.
		bad := &record.Result{
			ID: fmt.Sprint("bad ", i), Topic: text, Slug: good.Slug, Label: hostileTexts[i%4] + text[:min(len(text), 300)], Model: text, Status: record.Rejected, Reason: text,
			Attempts: []record.Attempt{{
				N: 1, Remedy: word.Of[contract.Remedy](text), Reply: everything, Thinking: text, Error: text,
				Problems: []contract.Problem{{Code: word.Of[contract.ProblemCode](text), Line: 1, Message: text}},
			}},
		}
		if _, err := sink.Save(t.Context(), good); err != nil {
			t.Fatal(err)
		}
		entries := []ledger.Entry{{Result: bad, KeepReplies: true}}
		if i < 3 {
			// A ledger that somebody doctored: a slug that leads elsewhere.
			evil := *bad
			evil.ID, evil.Slug = fmt.Sprint("evil ", i), "../../"+text
			entries = append(entries, ledger.Entry{Result: &evil, KeepReplies: true})
		}
		if err := l.Commit(t.Context(), 1, entries); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestNothingThatAModelWritesRunsInTheReport(t *testing.T) {
	posts := hostilePosts(t)
	dir := filepath.Dir(posts)
	mustRun(t, 0, dir, "report")
	report := filepath.Join(dir, "report")
	pages, err := filepath.Glob(filepath.Join(report, "topics", "*.html"))
	if err != nil || len(pages) != len(hostileTexts)+3 {
		t.Fatalf("%d pages (%v)", len(pages), err)
	}
	b := openBrowser(t, fileURL(report))
	b.look(360, 800, false)
	for _, path := range append(pages, filepath.Join(report, "index.html")) {
		b.open(fileURL(path))
		harmless(b, path)
	}
	// What did not run is to be read: the texts are there, as texts.
	b.open(fileURL(report, "topics", "hostile-0.html"))
	called := regexp.MustCompile(`pwned\(\d+\)`)
	distinct := func(text string) int {
		all := called.FindAllString(text, -1)
		slices.Sort(all)
		return len(slices.Compact(all))
	}
	raw := eval[string](b, `[...document.querySelectorAll(".raw")].map(e => e.textContent).join("\n")`)
	if got, want := distinct(raw), distinct(strings.Join(hostileTexts, "\n")); got != want {
		t.Errorf("the raw reply shows %d of %d hostile texts", got, want)
	}
	// Of a link or a picture the body shows what it says, not where it leads.
	if got := distinct(eval[string](b, `document.querySelector(".body").textContent`)); got < 15 {
		t.Errorf("the body shows %d hostile texts", got)
	}
	b.open(fileURL(report, "index.html"))
	// The list of topics is made by a script: its text must be text, too.
	texts := eval[[]string](b, `[...document.querySelectorAll("#list tbody th bdi")].map(e => e.textContent)`)
	if joined := strings.Join(texts, "\n"); len(texts) != len(pages) || !strings.Contains(joined, hostileTexts[1]) || !strings.Contains(joined, "[U+202E]gnp.evil") {
		t.Errorf("%d topics: %.300q", len(texts), texts)
	}
	for _, v := range b.barriers() {
		t.Errorf("axe: %s", v)
	}
	b.quiet()
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("something was written elsewhere: %v", left)
	}
}

// harmless looks at the page that is open for anything that is not ours.
func harmless(b *browser, path string) {
	b.t.Helper()
	found := eval[[]string](b, `(() => {
		const bad = [];
		const ours = "html head meta link style title body header nav main footer section article h1 h2 h3 h4 h5 h6 p a b i bdi small span div dl dt dd ul ol li table thead tbody tr th td form label input select option button fieldset legend dialog details summary figure figcaption svg g rect circle line text title abbr code pre kbd em strong del blockquote hr br script noscript".split(" ");
		for (const e of document.querySelectorAll("*")) {
			if (!ours.includes(e.localName)) bad.push("element " + e.localName);
			for (const a of e.attributes) {
				if (/^on|^style$|^srcdoc$|^srcset$|^src$|^ping$/.test(a.name)) bad.push("attribute " + a.name);
				if (a.name === "href" && e.localName === "a" && !/^(https?:|mailto:|file:)/.test(e.href)) bad.push((e.download ? "saves " : "link ") + e.href);
			}
		}
		const scripts = [...document.scripts].map(s => s.type);
		if (scripts.filter(t => t === "").length !== 1 || scripts.length > 2) bad.push("scripts " + scripts);
		if (document.querySelectorAll("style").length !== 1) bad.push("styles");
		if (document.querySelectorAll("link").length !== 1 || document.querySelectorAll("form").length > 2) bad.push("links or forms");
		if (document.querySelectorAll("#data, #m1").length !== 1) bad.push("an id of ours twice");
		if (document.querySelector("meta[http-equiv=refresh], base")) bad.push("refresh or base");
		if (getComputedStyle(document.querySelector("h1")).display === "none") bad.push("hidden");
		return bad;
	})()`)
	for _, s := range found {
		if !savesChart(s) {
			b.t.Errorf("%s: %s", filepath.Base(path), s)
		}
	}
	b.inWidth(360)
}

// savesChart reports whether s is a link that saves a chart's data, or a picture of it
// that does nothing when it is opened.
func savesChart(s string) bool {
	if strings.HasPrefix(s, "saves data:text/csv;") {
		return true
	}
	coded, is := strings.CutPrefix(s, "saves data:image/svg+xml;charset=utf-8;base64,")
	text, err := base64.StdEncoding.DecodeString(coded)
	if !is || err != nil {
		return false
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.Token()
		switch token := token.(type) {
		case nil:
			return err == io.EOF
		case xml.StartElement:
			if !slices.Contains(strings.Fields("svg style g rect circle line path polyline text tspan title desc"), token.Name.Local) {
				return false
			}
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" || a.Name.Local == "src" {
					return false
				}
			}
		case xml.ProcInst, xml.Directive:
			return false
		}
	}
}
