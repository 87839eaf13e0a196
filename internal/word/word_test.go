package word_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
)

func TestAWordIsStoredAsItsTextAndAnUnknownOneComesBack(t *testing.T) {
	p := contract.Problem{Code: contract.ProblemLoop, Line: 3}
	if b, err := json.Marshal(p); err != nil || string(b) != `{"code":"loop","line":3,"message":""}` {
		t.Errorf("%s, %v", b, err)
	}
	for _, text := range []string{`{"code":"loop","line":3,"message":""}`, `{"code":"of-another-version","line":1,"message":"m"}`} {
		var p contract.Problem
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		if b, err := json.Marshal(p); err != nil || string(b) != text {
			t.Errorf("%s, %v", b, err)
		}
	}
	if b, err := json.Marshal(contract.Field{Key: "k", Label: "K"}); err != nil || string(b) != `{"key":"k","label":"K"}` {
		t.Errorf("a field without kind: %s, %v", b, err)
	}
}

// A literal could be misspelled, so no other package can write a word as one.
func TestAMisspelledWordDoesNotCompile(t *testing.T) {
	const module = "github.com/nightpress/nightpress/internal/"
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", module+"contract", module+"record", module+"live", module+"notify", module+"ollama", module+"ledger").Output()
	if err != nil {
		t.Fatal(err)
	}
	built := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		built[path] = file
	}
	fset := token.NewFileSet()
	check := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(built[path]) })}
	compiles := func(pkg, typ, value string) error {
		f, err := parser.ParseFile(fset, "user.go", fmt.Sprintf("package user\nimport %q\nvar _ %s = %s\n", module+pkg, pkg+"."+typ, value), 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = check.Check("user", fset, []*ast.File{f}, nil)
		return err
	}
	for _, one := range []struct{ pkg, typ, word string }{
		{"contract", "ProblemCode", "ProblemCut"}, {"contract", "RepairCode", "RepairQuotes"}, {"contract", "Remedy", "RemedyAgain"},
		{"contract", "Cause", "CauseCut"}, {"contract", "Kind", "List"}, {"contract", "Unknown", "Drop"},
		{"record", "Status", "Done"}, {"record", "Outcome", "FirstTry"},
		{"live", "State", "Running"}, {"live", "ServerState", "Away"}, {"live", "MemberState", "Gone"},
		{"notify", "Event", "ServerAway"}, {"ollama", "Cloud", "CloudDisabled"}, {"ledger", "EventKind", "EventLoaded"},
	} {
		name, typ := one.pkg+"."+one.word, one.pkg+"."+one.typ
		if err := compiles(one.pkg, one.typ, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, misspelled := range []string{`"a word"`, name + "x", typ + `("a word")`, typ + `{"a word"}`} {
			if compiles(one.pkg, one.typ, misspelled) == nil {
				t.Errorf("var _ %s = %s compiles", typ, misspelled)
			}
		}
	}
}
