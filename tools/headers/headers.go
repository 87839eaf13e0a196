//go:build headers

// Package headers is never built. Its imports keep in go.mod and go.sum the two
// module archives that build-ollama.sh takes C++ headers from; go mod tidy would
// drop them otherwise.
package headers

import (
	_ "github.com/gen2brain/malgo"
	_ "github.com/ollama/ollama/version"
)
