//go:build unix

package output_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

func TestAFullDiskIsTheErrorOfTheResultsThatDoNotFit(t *testing.T) {
	if alone(t) {
		return
	}
	s := sink(t, t.TempDir())
	var all []*record.Result
	for n := range 20 {
		all = append(all, numbered(n))
	}
	large := all[7]
	large.Post.Body = strings.Repeat("long ", 1<<20)
	lift := limitFiles(t, 4<<20)
	errs := saveTogether(t, s, all)
	lift()
	for i, r := range all {
		if r != large {
			if errs[i] != nil {
				t.Errorf("%d: %v", i, errs[i])
			}
			durable(t, s, r)
			continue
		}
		if full := new(output.SpaceError); !errors.As(errs[i], &full) || !strings.Contains(errs[i].Error(), "small/topic-7") {
			t.Errorf("error: %v", errs[i])
		}
		if j, err := s.Ledger.Job(t.Context(), r.ID); err != nil || j != nil {
			t.Errorf("an entry without a file: %+v, %v", j, err)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(s.Folder.Dir(), ".nightpress", "tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A process that saves from many goroutines is killed. Each result that it said is
// durable is, and each entry has its file.
func TestAKillLosesNothingThatIsDurable(t *testing.T) {
	const variable = "NIGHTPRESS_TEST_SAVES_IN"
	if dir := os.Getenv(variable); dir != "" {
		saveForever(t, dir)
		return
	}
	for _, after := range []int{1, 30, 150} {
		dir := t.TempDir()
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), variable+"="+dir)
		out, err := cmd.StdoutPipe()
		if err := errors.Join(err, cmd.Start()); err != nil {
			t.Fatal(err)
		}
		said := map[string]bool{}
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if id, ok := strings.CutPrefix(lines.Text(), "durable "); ok {
				said[id] = true
			}
			if len(said) == after {
				if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || len(said) < after {
			t.Fatalf("%d results before the kill, %v", len(said), err)
		}
		s := sink(t, dir)
		placed := map[string]bool{}
		for p, err := range s.Ledger.Posts(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			placed[p.Job] = true
			if sum, exists, err := s.Folder.Hash(p.Label, p.Slug); err != nil || !exists || sum != p.SHA256 {
				t.Errorf("entry %s: there is a file: %v, %v", p.Job, exists, err)
			}
		}
		for id := range said {
			if !placed[id] {
				t.Errorf("%s was said to be durable and has no entry", id)
			}
		}
		// What has a file and no entry yet knows its job.
		v := &output.Verifier{Folder: s.Folder, Ledger: s.Ledger}
		for d, err := range v.Differences(t.Context()) {
			if err != nil || d.Kind != output.Unrecorded {
				t.Errorf("%+v, %v", d, err)
			}
		}
	}
}

// saveForever saves results until the process is killed, and prints each.
func saveForever(t *testing.T, dir string) {
	f, err := output.Open(dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(f.LedgerPath())
	if err != nil {
		t.Fatal(err)
	}
	s := &output.Sink{Folder: f, Ledger: l, RunID: 1}
	var all sync.WaitGroup
	for n := range 16 {
		all.Go(func() {
			for ; ; n += 16 {
				r := numbered(n)
				if _, err := s.Save(t.Context(), r); err != nil {
					t.Error(err)
					return
				}
				// One write a line: os.Stdout has no buffer.
				fmt.Fprintf(os.Stdout, "durable %s\n", r.ID)
			}
		})
	}
	all.Wait()
}
