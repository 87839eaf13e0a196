//go:build unix

package ledger

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestMain lets this program look at an old ledger until it is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("LOOK_AT"); path != "" {
		l, err := OpenPreview(context.Background(), path, nil)
		if err != nil {
			println(err.Error())
			os.Exit(1)
		}
		if _, err := os.Stdout.WriteString(l.scratch.dir + "\n"); err != nil {
			os.Exit(1)
		}
		select {}
	}
	os.Exit(m.Run())
}

func TestACopyThatAKilledProcessLeftIsRemovedAndALiveOneStays(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	old := atVersion(t, 4)
	look := func() (dir string, kill func()) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "LOOK_AT="+old)
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		line := make([]byte, 1000)
		n, err := out.Read(line)
		if err != nil {
			t.Fatal(err)
		}
		return string(line[:n-1]), func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	live, killLive := look()
	defer killLive()
	dead, killDead := look()
	killDead()
	foreign := filepath.Join(temp, "nightpress-ledger-notes.txt")
	unlocked, ancient := filepath.Join(temp, "nightpress-ledger-new"), filepath.Join(temp, "nightpress-ledger-ancient")
	long := time.Now().Add(-100 * time.Hour)
	err := errors.Join(os.WriteFile(foreign, nil, 0o666), os.Mkdir(unlocked, 0o700), os.Mkdir(ancient, 0o700), os.Chtimes(ancient, long, long))
	if err != nil {
		t.Fatal(err)
	}
	l, err := OpenPreview(t.Context(), old, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{live: true, dead: false, foreign: true, unlocked: true, ancient: false, l.scratch.dir: false} {
		if exists(path) != want {
			t.Errorf("%s is there: %v, want %v", path, !want, want)
		}
	}
	if !exists(filepath.Join(live, "ledger.db")) {
		t.Error("the copy of a live process is gone")
	}
}

func TestAPreviewOfAFolderWithoutALedgerMakesNoFile(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	l, err := OpenPreview(t.Context(), filepath.Join(t.TempDir(), "ledger.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if j, err := l.Job(t.Context(), "a"); j != nil || err != nil {
		t.Errorf("%+v, %v", j, err)
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}
