package contract_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
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
	fset := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	check := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	vocabulary, err := check.Check("contract", fset, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	compiles := func(typ, value string) error {
		f, err := parser.ParseFile(fset, "user.go", fmt.Sprintf("package user\nimport \"contract\"\nvar _ contract.%s = %s\n", typ, value), 0)
		if err != nil {
			t.Fatal(err)
		}
		user := types.Config{Importer: only{vocabulary}}
		_, err = user.Check("user", fset, []*ast.File{f}, nil)
		return err
	}
	for typ, word := range map[string]string{"ProblemCode": "ProblemCut", "RepairCode": "RepairQuotes", "Remedy": "RemedyAgain", "Cause": "CauseCut", "Kind": "List", "Unknown": "Drop"} {
		if err := compiles(typ, "contract."+word); err != nil {
			t.Errorf("%s: %v", word, err)
		}
		for _, misspelled := range []string{`"a word"`, "contract." + word + "x", "contract." + typ + `("a word")`, "contract." + typ + `{"a word"}`} {
			if compiles(typ, misspelled) == nil {
				t.Errorf("var _ contract.%s = %s compiles", typ, misspelled)
			}
		}
	}
}

type only struct{ pkg *types.Package }

func (o only) Import(string) (*types.Package, error) { return o.pkg, nil }
