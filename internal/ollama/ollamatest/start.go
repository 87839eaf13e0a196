// Package ollamatest starts the real server for tests: the one that make builds, with
// its own home and models, apart from the user's.
package ollamatest

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"

	"github.com/nightpress/nightpress/internal/ollama"
)

// Variable names the environment variable that has the path of the server's
// program.
const Variable = "NIGHTPRESS_TEST_OLLAMA"

// Program is the path of the server's program, as the environment has it.
func Program() (string, error) {
	if path := os.Getenv(Variable); path != "" {
		return path, nil
	}
	return "", errors.New(Variable + " is not set: make test sets it")
}

// Start starts a server whose home is a folder, with its log in server.log there.
// It listens at addr, or where a port is free when addr is "". It writes two
// replies at once and holds one model, unless env says otherwise, and is not started
// again when it ends.
func Start(ctx context.Context, home, addr string, env ...string) (*ollama.Server, error) {
	path, err := Program()
	if err != nil {
		return nil, err
	}
	if addr == "" {
		if addr, err = freeAddr(); err != nil {
			return nil, err
		}
	}
	return ollama.StartServer(ctx, path, addr, ollama.ServeOptions{
		Home: home, Log: filepath.Join(home, "server.log"), Once: true,
		Env: append([]string{"OLLAMA_NO_CLOUD=1", "OLLAMA_NUM_PARALLEL=2", "OLLAMA_MAX_LOADED_MODELS=1"}, env...),
	})
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
