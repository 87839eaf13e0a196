package importtest

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"testing"
)

// opensItself are the files that may call os.Open, with the reason.
var opensItself = []string{
	"regular.go", // the one place
	"open.go",    // the pipes that a shell gives to topics
}

// A named pipe in the place of a file lets os.Open wait forever, and a device may
// have no end. Package regular refuses both.
func TestFilesAreReadThroughPackageRegular(t *testing.T) {
	seen := 0
	inspect(t, func(set *token.FileSet, n ast.Node) bool {
		f, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		in, ok := f.X.(*ast.Ident)
		if !ok {
			return true
		}
		if in.Name == "regular" {
			seen++
		}
		if in.Name == "os" && (f.Sel.Name == "Open" || f.Sel.Name == "ReadFile" || f.Sel.Name == "OpenRoot") && !slices.Contains(opensItself, filepath.Base(set.Position(n.Pos()).Filename)) {
			t.Errorf("%s: os.%s waits forever on a named pipe: use package regular", set.Position(n.Pos()), f.Sel.Name)
		}
		return true
	})
	if seen < 5 {
		t.Errorf("only %d uses of package regular are seen: the test looks in the wrong place", seen)
	}
}
