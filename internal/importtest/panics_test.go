package importtest

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A panic ends the program, whatever goroutine it is in, and only that
// goroutine can catch it: one without a guard takes the ledger down with it.
func TestEveryGoroutineOfTheProgramCatchesItsPanics(t *testing.T) {
	seen := 0
	inspect(t, func(set *token.FileSet, n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			t.Errorf("%s: start it with crash.Go", set.Position(n.Pos()))
		case *ast.CallExpr:
			if what := starts(n); what != "" {
				seen++
				if !guarded(n.Args[len(n.Args)-1]) {
					t.Errorf("%s: give %s crash.Guarded(...) or crash.Caught(...)", set.Position(n.Pos()), what)
				}
			}
		}
		return true
	})
	if seen < 5 {
		t.Errorf("only %d are seen: the test looks in the wrong place", seen)
	}
}

// starts returns the name of a call that runs its last argument in another
// goroutine; "" for any other call. crash.Go guards by itself.
func starts(call *ast.CallExpr) string {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 || isCrash(f) {
		return ""
	}
	switch f.Sel.Name {
	case "Go", "TryGo", "AfterFunc":
		return f.Sel.Name
	}
	return ""
}

func guarded(arg ast.Expr) bool {
	call, ok := arg.(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	return ok && isCrash(f) && (f.Sel.Name == "Guarded" || f.Sel.Name == "Caught")
}

func isCrash(f *ast.SelectorExpr) bool {
	x, ok := f.X.(*ast.Ident)
	return ok && x.Name == "crash"
}

// inspect calls fn for the nodes of the program's files, as ast.Inspect does.
func inspect(t *testing.T, fn func(set *token.FileSet, n ast.Node) bool) {
	t.Helper()
	for _, file := range programFiles(t) {
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool { return fn(set, n) })
	}
}

// programFiles returns the files that the program is built from on any system,
// but for those of package crash, which starts its goroutines itself.
func programFiles(t *testing.T) (files []string) {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,GoFiles,IgnoredGoFiles", module+"cmd/nightpress").Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath, Dir         string
			GoFiles, IgnoredGoFiles []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return files
		} else if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(p.ImportPath, module) || p.ImportPath == module+"internal/crash" {
			continue
		}
		for _, name := range slices.Concat(p.GoFiles, p.IgnoredGoFiles) {
			if !strings.HasSuffix(name, "_test.go") {
				files = append(files, filepath.Join(p.Dir, name))
			}
		}
	}
}
