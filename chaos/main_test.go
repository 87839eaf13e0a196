//go:build linux

package chaos

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/ollama/ollamatest"
)

var (
	seed = flag.Uint64("seed", 0, "repeat the blows of this `seed`; 0 takes one from the clock")
	long = flag.Bool("long", false, "hundreds of rounds instead of a few")

	// program is the built nightpress, serverProgram the real server's.
	program, serverProgram string
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano() % 1e6)
	}
	fmt.Printf("chaos: -seed %d\n", *seed)
	code, err := withProgram(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		code = 1
	}
	os.Exit(code)
}

// withProgram builds the program and runs the tests.
func withProgram(run func() int) (int, error) {
	var err error
	if serverProgram, err = ollamatest.Program(); err != nil {
		return 1, err
	}
	dir, err := os.MkdirTemp("", "nightpress-chaos-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "nightpress")
	build := exec.Command("go", "build", "-o", program, "./cmd/nightpress")
	build.Dir = ".."
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build: %w\n%s", err, out)
	}
	defer func() {
		if shared != nil {
			shared.kill()
		}
	}()
	return run(), nil
}

// dice are a test's own, so that its blows do not depend on the other tests.
func dice(t *testing.T) *rand.Rand {
	t.Logf("-seed %d", *seed)
	return rand.New(rand.NewPCG(*seed, uint64(len(t.Name()))))
}

// rounds is how many of them to make.
func rounds(short, full int) int {
	if *long {
		return full
	}
	return short
}

// moment waits for a random time up to most, or until done is closed.
func moment(d *rand.Rand, most time.Duration, done <-chan struct{}) {
	select {
	case <-time.After(time.Duration(d.Int64N(int64(most)))):
	case <-done:
	}
}
