package ollama_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
)

var update = flag.Bool("update", false, "write the fault table into docs/faults.md")

const (
	tableBegins = "<!-- The table is made by: go test ./internal/ollama -run Documentation -update -->\n"
	tableEnds   = "<!-- end of the table -->\n"
)

func TestTheDocumentationHasTheFaultTable(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "faults.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), tableBegins)
	_, after, ended := strings.Cut(rest, tableEnds)
	if !found || !ended {
		t.Fatalf("%s has no place for the table", path)
	}
	want := before + tableBegins + "\n" + faultTable() + "\n" + tableEnds + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(page) != want {
		t.Errorf("%s is not up to date: go test ./internal/ollama -run Documentation -update", path)
	}
}

func faultTable() string {
	costs := map[llm.FaultKind]string{
		llm.FaultRetry: "an attempt", llm.FaultPause: "nothing", llm.FaultJob: "the job", llm.FaultModel: "the model", llm.FaultRun: "the run",
	}
	cell := strings.NewReplacer("|", `\|`, "<", "&lt;", "{model}", "MODEL", "{server}", "SERVER", "{start}", "ollama serve")
	var b strings.Builder
	b.WriteString("| the server's answer has | Ollama | nightpress says | it costs | hint |\n|---|---|---|---|---|\n")
	for _, r := range ollama.Table() {
		part := "`" + r.Part + "`"
		if strings.HasPrefix(r.Part, "(") {
			part = strings.Trim(r.Part, "()")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cell.Replace(part), r.Since, cell.Replace(r.Says), costs[r.Kind], cell.Replace(r.Hint))
	}
	return b.String()
}
