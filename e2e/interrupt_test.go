//go:build unix

package e2e

import (
	"bufio"
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestTheFirstInterruptFinishesWhatIsUnderWayAndTheSameCommandGoesOn(t *testing.T) {
	dir := t.TempDir()
	args := []string{"run", examples(t), "-m", "rehearsal-steady", "--json", "-j", "1"}
	cmd := command(dir, args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stdout := bufio.NewReader(out)
	first, err := stdout.ReadString('\n')
	if err != nil {
		t.Fatalf("no first job: %v\n%s", err, errs.String())
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(stdout)
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Fatalf("exit %d\n%s", code, errs.String())
	}
	jobs, sum := lines(t, first+string(rest))
	if len(jobs) == 0 || len(jobs) >= 24 || sum.Written != len(jobs) {
		t.Errorf("%d jobs, summary %+v", len(jobs), sum)
	}
	posts, err := filepath.Glob(filepath.Join(dir, "posts", "rehearsal-steady", "*.md"))
	if err != nil || len(posts) != len(jobs) {
		t.Errorf("%d posts of %d jobs (%v)", len(posts), len(jobs), err)
	}
	r := mustRun(t, 0, dir, args...)
	again, whole := lines(t, r.stdout)
	if whole.Already != len(jobs) || len(again)+len(jobs) != whole.Jobs {
		t.Errorf("after the interrupt: %d jobs more, %+v", len(again), whole)
	}
}

func TestAKilledRunLosesOnlyWhatWasUnderWay(t *testing.T) {
	dir := t.TempDir()
	args := []string{"run", examples(t), "-m", "rehearsal-steady", "--json", "--quiet"}
	cmd := command(dir, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stdout := bufio.NewReader(out)
	saved := 0
	for range 3 {
		l, err := stdout.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(l, `"status":"done"`) {
			saved++
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, stdout)
	_ = cmd.Wait()
	r := mustRun(t, 0, dir, args...)
	_, sum := lines(t, r.stdout)
	if sum.Already < saved {
		t.Errorf("%d were saved before the kill, %d are known after it", saved, sum.Already)
	}
	if sum.Already+sum.Written != sum.Jobs {
		t.Errorf("summary %+v", sum)
	}
	if temp := tempFiles(t, filepath.Join(dir, "posts")); len(temp) > 0 {
		t.Errorf("left behind: %v", temp)
	}
}
