package importtest

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/nightpress/nightpress/"

// arrows says for each package what of ours it may import.
var arrows = map[string][]string{
	"cmd/nightpress": {
		"prompts", "output",
		"internal/attest", "internal/pack",
		"internal/check", "internal/config", "internal/crash", "internal/exit", "internal/hint", "internal/jobs", "internal/judge", "internal/ledger", "internal/live", "internal/members", "internal/metrics", "internal/work",
		"internal/notify", "internal/ollama", "internal/preflight", "internal/printer", "internal/rate", "internal/rehearsal",
		"internal/record", "internal/report", "internal/run", "internal/runlog", "internal/secret", "internal/served", "internal/settings", "internal/shell", "internal/starter", "internal/status",
		"internal/control", "internal/term", "internal/topics", "internal/usage", "internal/validate", "internal/verify", "internal/watch",
	},
	"internal/check":   {"output", "prompts", "internal/config", "internal/exit", "internal/hint", "internal/plan", "internal/preflight", "internal/printer", "internal/secret", "internal/settings", "internal/shell", "internal/term"},
	"internal/starter": {"internal/config", "internal/exit", "internal/hint", "internal/ollama", "internal/preflight", "internal/printer", "internal/rehearsal", "internal/settings", "internal/shell"},
	"internal/jobs": {
		"output", "internal/config", "internal/contract", "internal/exit", "internal/ledger", "internal/llm", "internal/near", "internal/plan", "internal/preflight", "internal/printer", "internal/record",
		"prompts", "internal/reply", "internal/settings", "internal/shell", "internal/status", "internal/term", "internal/topics", "internal/validate",
	},
	"internal/usage":    {"internal/exit", "internal/term"},
	"internal/validate": {"output", "internal/contract", "internal/exit", "internal/printer", "internal/reply", "internal/term"},
	"internal/attest":   {"output", "internal/exit", "internal/hint", "internal/ledger", "internal/llm", "internal/printer", "internal/record", "internal/sign", "internal/term"},
	"internal/sign":     {"internal/hint"},
	"internal/stick":    {"internal/hint", "internal/ollama", "internal/sign"},
	"internal/pack": {
		"output", "internal/exit", "internal/hint", "internal/near", "internal/ollama", "internal/preflight", "internal/printer", "internal/settings", "internal/shell",
		"internal/sign", "internal/stick", "internal/term",
	},
	"internal/verify": {"output", "internal/exit", "internal/ledger", "internal/plan", "internal/printer", "internal/term", "internal/topics"},
	"internal/run": {
		"batch", "prompts", "output", "internal/config",
		"internal/contract", "internal/control", "internal/crash", "internal/estimate", "internal/exit", "internal/filename", "internal/fleet", "internal/hint", "internal/ledger", "internal/live", "internal/llm", "internal/notify", "internal/ollama", "internal/plan", "internal/preflight", "internal/printer",
		"internal/record", "internal/secret", "internal/settings", "internal/shell", "internal/term", "internal/topics",
	},
	"internal/runlog":      {"internal/exit", "internal/term"},
	"internal/metrics":     {"internal/crash", "internal/exit", "internal/hint", "internal/live"},
	"internal/notify":      {"internal/crash", "internal/secret", "internal/shell", "internal/word"},
	"internal/shell":       {"internal/crash"},
	"internal/status":      {"output", "internal/config", "internal/control", "internal/crash", "internal/estimate", "internal/exit", "internal/ledger", "internal/live", "internal/members", "internal/printer", "internal/record", "internal/shell", "internal/stats", "internal/term"},
	"internal/work":        {"batch", "internal/crash", "internal/exit", "internal/fleet", "internal/hint", "internal/live", "internal/llm", "internal/ollama", "internal/plan", "internal/preflight", "internal/printer", "internal/record", "internal/secret", "internal/settings", "internal/term"},
	"internal/members":     {"output", "internal/exit", "internal/fleet", "internal/hint", "internal/live", "internal/printer", "internal/settings", "internal/term"},
	"internal/fleet":       {"batch", "prompts", "internal/contract", "internal/crash", "internal/guard", "internal/hint", "internal/live", "internal/llm", "internal/record", "internal/reply", "internal/secret"},
	"internal/printer":     {"internal/term"},
	"internal/settings":    {"internal/config", "internal/exit", "internal/secret"},
	"internal/preflight":   {"batch", "prompts", "output", "internal/config", "internal/crash", "internal/exit", "internal/filename", "internal/hint", "internal/language", "internal/llm", "internal/near", "internal/ollama", "internal/plan", "internal/record", "internal/settings", "internal/shell"},
	"internal/exit":        {"batch", "internal/hint", "output"},
	"internal/plan":        {"batch", "prompts", "output", "internal/crash", "internal/estimate", "internal/exit", "internal/ledger", "internal/llm", "internal/near", "internal/record", "internal/topics"},
	"internal/estimate":    {"internal/record"},
	"output":               {"batch", "internal/contract", "internal/sketch", "internal/crash", "internal/filename", "internal/llm", "internal/record", "internal/reply", "internal/ledger"},
	"batch":                {"prompts", "internal/crash", "internal/estimate", "internal/hint", "internal/llm", "internal/record", "internal/contract", "internal/reply"},
	"prompts":              {"internal/near", "internal/language", "internal/llm", "internal/contract", "internal/reply", "internal/tomlerr", "internal/word"},
	"internal/control":     {"internal/crash", "internal/hint", "internal/live"},
	"internal/watch":       {"output", "internal/control", "internal/crash", "internal/live", "internal/printer", "internal/term", "internal/record"},
	"internal/live":        {"batch", "internal/estimate", "internal/record", "internal/word"},
	"internal/llm":         nil,
	"internal/llm/llmtest": {"internal/llm"},
	"internal/record":      {"internal/llm", "internal/contract", "internal/word"},
	"internal/ledger":      {"batch", "internal/llm", "internal/record", "internal/contract", "internal/word"},
	"internal/ollama":      {"internal/crash", "internal/guard", "internal/hint", "internal/llm", "internal/near", "internal/secret", "internal/word"},
	"internal/config":      {"internal/filename", "internal/language", "internal/near", "internal/tomlerr"},
	"internal/filename":    nil,
	"internal/word":        nil,
	"internal/errtype":     nil,
	"internal/tomlerr":     nil,
	"internal/regular":     nil,
	"internal/guard":       {"internal/crash"},
	"internal/hint":        nil,
	"internal/crash":       nil,
	"internal/secret":      nil,
	"internal/near":        nil,
	"internal/importtest":  nil,
	"internal/page":        nil,
	"internal/local":       {"internal/crash", "internal/hint"},
	"internal/served":      {"internal/crash", "internal/local", "internal/printer", "internal/report", "output"},
	"internal/rate":        {"internal/exit", "internal/hint", "internal/ledger", "internal/local", "internal/page", "internal/preflight", "internal/printer", "internal/shell", "internal/stats", "internal/term", "output"},
	"internal/judge":       {"batch", "internal/exit", "internal/hint", "internal/ledger", "internal/llm", "internal/plan", "internal/preflight", "internal/printer", "internal/rate", "internal/record", "internal/settings", "internal/stats", "internal/term", "output", "prompts"},
	"internal/rehearsal":   {"internal/contract", "internal/language"},
	"internal/report":      {"batch", "internal/sketch", "internal/crash", "internal/llm", "internal/record", "output", "internal/ledger", "internal/page", "internal/contract", "internal/stats", "internal/term", "internal/word"},
	"internal/stats":       nil,
	"internal/reply":       {"internal/contract", "internal/language", "internal/loop", "internal/near", "internal/phrases", "internal/snippet"},
	"internal/snippet":     nil,
	"internal/sketch":      nil,
	"internal/contract":    {"internal/word"},
	"internal/language":    nil,
	"internal/loop":        nil,
	"internal/phrases":     nil,
	"internal/scripted":    nil,
	"internal/term":        {"internal/estimate", "internal/hint", "internal/record", "internal/stats"},
	"internal/topics":      {"internal/crash", "internal/near"},

	"internal/ollama/ollamatest": {"internal/ollama"},
	"internal/sign/signtest":     nil,
	"internal/report/reporttest": {"internal/contract", "internal/ledger", "internal/llm", "internal/record", "output"},
	"internal/batchtest":         {"batch", "internal/llm", "prompts"},
}

// anywhere are the packages that each other one may import: what asks for the type
// of an error, and what opens files of a person (see
// TestFilesAreReadThroughPackageRegular).
var anywhere = []string{"internal/errtype", "internal/regular"}

// only says which package alone may import a path, or one below it.
var only = map[string]string{
	"github.com/ollama/ollama":        "internal/ollama",
	"github.com/abadojack/whatlanggo": "internal/language",
	"modernc.org/sqlite":              "internal/ledger",
	"charm.land/bubbletea/v2":         "internal/watch",
	"github.com/nats-io":              "internal/fleet",
	"database/sql":                    "internal/ledger",

	"github.com/agnivade/levenshtein":    "internal/near",
	"github.com/gosimple/slug":           "output",
	"github.com/xuri/excelize/v2":        "internal/topics",
	"github.com/microcosm-cc/bluemonday": "internal/page",
	"github.com/prometheus":              "internal/metrics",
	"gonum.org/v1/gonum":                 "internal/stats",
	"github.com/hiddeco/sshsig":          "internal/sign",
	"github.com/opencontainers":          "internal/stick",
}

// The engine knows no disk, no network and no terminal.
var notInEngine = []string{"os", "net", "net/http", "database/sql", "syscall", "os/exec", "golang.org/x/term"}

type pkg struct {
	ImportPath, Doc, Dir string
	Imports, GoFiles     []string
}

func packages(t *testing.T) (all []pkg) {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Doc,Dir,Imports,GoFiles", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestTheArrowsBetweenPackages(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, known := arrows[name]
		if !known {
			t.Errorf("package %s is new: say in this table what it may import", name)
		}
		if p.Doc == "" {
			t.Errorf("package %s has no package comment", name)
		}
		for _, i := range p.Imports {
			if ours, ok := strings.CutPrefix(i, module); ok && !slices.Contains(anywhere, ours) && !slices.Contains(allowed, ours) {
				t.Errorf("package %s depends on %s, which it may not", name, ours)
			}
			for path, owner := range only {
				if (i == path || strings.HasPrefix(i, path+"/")) && name != owner {
					t.Errorf("package %s imports %s, which is for %s alone", name, i, owner)
				}
			}
			if name == "batch" && slices.Contains(notInEngine, i) {
				t.Errorf("the engine imports %s", i)
			}
		}
	}
}

// Only printers clean text for a terminal: what cleans its own text elsewhere
// hides that the next text is not clean.
func TestOnlyPrintersCleanTextForATerminal(t *testing.T) {
	seen := 0
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		for _, file := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), "term.Clean(") {
				continue
			}
			if seen++; name != "internal/printer" {
				t.Errorf("%s/%s calls term.Clean: print the text through package printer", name, file)
			}
		}
	}
	if seen == 0 {
		t.Error("no package calls term.Clean: the test does not see it")
	}
}
