package importtest

import (
	"go/ast"
	"go/token"
	"testing"
)

// errors.As takes a pointer whose type the compiler does not check.
func TestErrorsAreAskedForTheirTypeWithAsType(t *testing.T) {
	seen := 0
	inspect(t, func(set *token.FileSet, n ast.Node) bool {
		f, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := f.X.(*ast.Ident); !ok || x.Name != "errors" {
			return true
		}
		switch f.Sel.Name {
		case "As":
			t.Errorf("%s: ask with errors.AsType or errtype.Is", set.Position(n.Pos()))
		case "AsType":
			seen++
		}
		return true
	})
	if seen < 5 {
		t.Errorf("only %d are seen: the test looks in the wrong place", seen)
	}
}
