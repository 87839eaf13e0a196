package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

func TestFiveThousandTopicsOfFiveModelsStayUsable(t *testing.T) {
	dir := t.TempDir()
	folder, err := output.Open(filepath.Join(dir, "posts"), "a test")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(folder.LedgerPath())
	if err != nil {
		t.Fatal(err)
	}
	const topics, models = 5000, 5
	for m := range models {
		var entries []ledger.Entry
		for i := range topics {
			slug := fmt.Sprintf("how-to-tell-apples-from-oranges-in-market-%d", i)
			res := &record.Result{
				ID: fmt.Sprint(m, slug), Topic: fmt.Sprintf("How to tell apples from oranges in market %d", i), Slug: slug,
				Label: fmt.Sprintf("model-%d", m), Status: record.Done, Attempts: []record.Attempt{{N: 1, Seconds: float64(i % 17), Usage: llm.Usage{EvalCount: 900}}},
				Post: &contract.Post{Words: 700 + i%90},
			}
			if i%7 == m {
				res.Status, res.Post = record.Rejected, nil
				res.Attempts[0].Problems = []contract.Problem{{Code: contract.ProblemBodyShort, Message: "it is short"}}
			}
			entries = append(entries, ledger.Entry{Result: res})
		}
		if err := l.Commit(t.Context(), 1, entries); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := folder.Close(); err != nil {
		t.Fatal(err)
	}
	mustRun(t, 0, dir, "report")
	index := filepath.Join(dir, "report", "index.html")
	info, err := os.Stat(index)
	if err != nil || info.Size() > 2<<20 {
		t.Errorf("the index has %d bytes (%v)", info.Size(), err)
	}
	b := openBrowser(t, fileURL(dir, "report"))
	b.look(1280, 900, false)
	b.open(fileURL(index))
	t.Logf("the index has %d bytes and is complete after %.0f ms", info.Size(), eval[float64](b, `performance.getEntriesByType("navigation")[0].loadEventEnd`))
	if n := eval[int](b, `document.querySelectorAll("*").length`); n > 5000 {
		t.Errorf("the page has %d elements", n)
	}
	b.choose("model", eval[string](b, `[...document.getElementById("model").options].find(o => o.text === "model-2").value`))
	b.choose("problem", eval[string](b, `document.getElementById("problem").options[1].value`))
	if got := eval[string](b, `document.getElementById("count").textContent`); got != "714 of 5,000 topics" {
		t.Errorf("it says %q", got)
	}
	b.press("n")
	b.wait(`document.getElementById("where").textContent === "page 2 of 8" && document.querySelectorAll("#list tbody tr").length === 100`)
	b.quiet()
}
