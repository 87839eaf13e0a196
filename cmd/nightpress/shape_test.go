package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mostNames is how many fields and methods one type of this package may have:
// what has more does several things.
const mostNames = 40

func TestNoTypeOfTheCommandsHasTooManyNames(t *testing.T) {
	names := map[string]int{}
	eachFile(t, func(path string, f *ast.File) {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					continue
				}
				typ := d.Recv.List[0].Type
				if star, ok := typ.(*ast.StarExpr); ok {
					typ = star.X
				}
				names[typ.(*ast.Ident).Name]++
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if spec, ok := s.(*ast.TypeSpec); ok {
						names[spec.Name.Name] += fields(spec)
					}
				}
			}
		}
	})
	if names["app"] < 10 {
		t.Fatalf("app has %d names: the test does not see it", names["app"])
	}
	for name, n := range names {
		if n > mostNames {
			t.Errorf("%s has %d fields and methods, more than %d", name, n, mostNames)
		}
	}
}

// mostLines is how long the commands may be in all: flags in, one use case
// called, exit code out. The use cases are packages of their own.
const mostLines = 2400

func TestTheCommandsAreShort(t *testing.T) {
	lines := 0
	eachFile(t, func(path string, _ *ast.File) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines += strings.Count(string(text), "\n")
	})
	if lines < 500 || lines > mostLines {
		t.Errorf("package main has %d lines, at most %d", lines, mostLines)
	}
}

func fields(spec *ast.TypeSpec) int {
	n := 0
	if s, ok := spec.Type.(*ast.StructType); ok {
		for _, f := range s.Fields.List {
			n += max(1, len(f.Names))
		}
	}
	return n
}

// Only main reads the arguments, the clock, and the environment. It passes them
// on, so that a test can give others.
func TestOnlyMainReadsArgumentsClockAndEnvironment(t *testing.T) {
	seen := 0
	eachFile(t, func(path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			switch pkg.Name + "." + sel.Sel.Name {
			case "os.Args", "os.Getenv", "os.LookupEnv", "os.Environ", "time.Now":
				if seen++; filepath.Base(path) != "main.go" {
					t.Errorf("%s uses %s.%s", path, pkg.Name, sel.Sel.Name)
				}
			}
			return true
		})
	})
	if seen < 4 {
		t.Errorf("main uses only %d of them: the test does not see it", seen)
	}
}

func eachFile(t *testing.T, fn func(path string, f *ast.File)) {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		fn(path, f)
	}
}
