//go:build linux

package chaos

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// An irregularity is something in a post's place that is no post's file. put
// makes one there; whole reports whether it is still what it was.
type irregularity struct {
	name string
	put  func(place, aside string) error
	mode fs.FileMode
}

var irregularities = []irregularity{
	{"a directory", func(place, _ string) error { return os.Mkdir(place, 0o777) }, fs.ModeDir},
	{"a directory with a file", func(place, _ string) error {
		if err := os.Mkdir(place, 0o777); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(place, "mine.txt"), []byte("mine"), 0o666)
	}, fs.ModeDir},
	{"a link to a file", func(place, aside string) error { return os.Symlink(aside, place) }, fs.ModeSymlink},
	{"a link to nothing", func(place, aside string) error { return os.Symlink(aside+".none", place) }, fs.ModeSymlink},
	{"a link to a directory", func(place, aside string) error { return os.Symlink(filepath.Dir(aside), place) }, fs.ModeSymlink},
	{"a link to itself", func(place, _ string) error { return os.Symlink(filepath.Base(place), place) }, fs.ModeSymlink},
	{"a link to a device", func(place, _ string) error { return os.Symlink("/dev/zero", place) }, fs.ModeSymlink},
	{"a named pipe", func(place, _ string) error { return syscall.Mkfifo(place, 0o666) }, fs.ModeNamedPipe},
	{"a socket", listenAt, fs.ModeSocket},
	{"an unreadable file", func(place, _ string) error { return os.WriteFile(place, []byte("mine"), 0) }, 0},
}

// listenAt leaves a socket behind. Its path may be longer than a socket's can be.
func listenAt(place, aside string) error {
	at := filepath.Join(os.TempDir(), "nightpress-chaos-"+strconv.Itoa(os.Getpid()))
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: at, Net: "unix"})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		return err
	}
	return os.Rename(at, place)
}

// There is an irregularity of some kind in half of the posts' places, before the
// run or instead of posts that it made. Each is the problem of its own job: it is
// named and untouched, and all other posts are made.
func TestAFolderFullOfIrregularitiesCostsTheirOwnJobsAlone(t *testing.T) {
	s, d := newServer(t), dice(t)
	for n := range rounds(1, 8) {
		replaced := n%2 == 1
		t.Run(fmt.Sprintf("instead of posts %v", replaced), func(t *testing.T) { s.irregular(t, d, replaced) })
	}
}

func (s *server) irregular(t *testing.T, d *rand.Rand, replaced bool) {
	const jobs = 20
	f := newFolder(t, t.TempDir(), jobs, "", steady)
	c := newCounter(t, s)
	if replaced {
		f.start(t, c.addr).wantExit(t, 0)
	}
	aside := filepath.Join(f.dir, "aside", "mine.md")
	label := filepath.Join(f.dir, "posts", steady)
	for _, dir := range []string{filepath.Dir(aside), label} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(aside, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	places := map[string]irregularity{}
	for i, n := range d.Perm(jobs)[:len(irregularities)] {
		x := irregularities[i]
		if x.mode == 0 && os.Geteuid() == 0 {
			continue // nothing is unreadable for root
		}
		place := filepath.Join(label, fmt.Sprintf("chaos-topic-%d.md", 1000+n))
		if err := os.RemoveAll(place); err != nil {
			t.Fatal(err)
		}
		if err := x.put(place, aside); err != nil {
			t.Fatalf("%s: %v", x.name, err)
		}
		places[place] = x
	}
	r := f.start(t, c.addr)
	r.wantExit(t, 3)
	want := fmt.Sprintf("%d of %d posts there", jobs-len(places), jobs)
	if text := r.output.String(); !strings.Contains(text, want) || !regexp.MustCompile(fmt.Sprintf(`set aside +%d\n`, len(places))).MatchString(text) {
		t.Errorf("it does not count %d posts that are in the way:\n%s", len(places), r.tail())
	}
	for _, args := range [][]string{{"3", "verify"}, {"0", "plan", "topics.csv"}, {"0", "report"}, {"0", "status"}} {
		if out, code := f.tell(c.addr, args[1:]...); strconv.Itoa(code) != args[0] {
			t.Errorf("nightpress %s: exit %d, want %s\n%s", strings.Join(args[1:], " "), code, args[0], out)
		}
	}
	for place, x := range places {
		info, err := os.Lstat(place)
		if err != nil || info.Mode().Type() != x.mode {
			t.Errorf("%s is no longer %s: %v, %v", place, x.name, info, err)
		}
		if text, err := os.ReadFile(filepath.Join(place, "mine.txt")); x.name == "a directory with a file" && (err != nil || string(text) != "mine") {
			t.Errorf("a file in a directory has %q, %v", text, err)
		}
	}
	if text, err := os.ReadFile(aside); err != nil || string(text) != "mine" {
		t.Errorf("a link was followed: %q, %v", text, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(aside)); err != nil || len(entries) != 1 {
		t.Errorf("a link was followed: %v, %v", entries, err)
	}
	// Once they are gone, the same command makes what is missing.
	for place := range places {
		if err := os.RemoveAll(place); err != nil {
			t.Fatal(err)
		}
	}
	last := f.start(t, c.addr)
	last.wantExit(t, 0)
	most := jobs
	if replaced {
		most += len(places)
	}
	if got := f.done(t); got != jobs || c.requests() != most {
		t.Errorf("%d posts of %d, %d requests, want %d\n%s", got, jobs, c.requests(), most, last.tail())
	}
}

// tell runs a command and returns what it says and its exit code.
func (f *folder) tell(addr string, args ...string) (out string, code int) {
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = f.dir, f.command(addr).Env
	text, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		return err.Error(), -1
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// A link in place of the folder of a label, or of what nightpress keeps for
// itself, is never followed: what it points to stays as it is.
func TestLinksInPlaceOfFoldersAreNotFollowed(t *testing.T) {
	s := newServer(t)
	for _, c := range []struct {
		place string
		// file: it is a file that stands there otherwise.
		file  bool
		codes []int
	}{
		{"posts/" + steady, false, []int{3}},
		{"posts/.nightpress", false, []int{1, 2}},
		{"posts/.nightpress/tmp", false, []int{1, 2}},
		{"posts/.nightpress/lock", true, []int{1, 2}},
		{"posts/.nightpress/ledger.db", true, []int{1, 2}},
		{"posts/.nightpress/rejected", false, []int{0, 1, 2}},
	} {
		t.Run(c.place, func(t *testing.T) {
			const jobs = 3
			f := newFolder(t, t.TempDir(), jobs, "", steady)
			place, elsewhere := filepath.Join(f.dir, c.place), filepath.Join(f.dir, "elsewhere")
			if err := os.MkdirAll(filepath.Dir(place), 0o777); err != nil {
				t.Fatal(err)
			}
			err := os.MkdirAll(elsewhere, 0o777)
			if c.file {
				elsewhere = filepath.Join(elsewhere, "mine")
				err = os.WriteFile(elsewhere, []byte("mine"), 0o666)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(elsewhere, place); err != nil {
				t.Fatal(err)
			}
			r := f.start(t, s.addr)
			r.wantExit(t, c.codes...)
			if code := r.cmd.ProcessState.ExitCode(); code != 0 && !strings.Contains(r.output.String(), filepath.FromSlash(c.place)) {
				t.Errorf("it does not name %s:\n%s", c.place, r.tail())
			}
			if text, err := os.ReadFile(elsewhere); c.file && (err != nil || string(text) != "mine") {
				t.Errorf("the link was followed: %q, %v", text, err)
			}
			entries, err := os.ReadDir(elsewhere)
			if !c.file && (err != nil || len(entries) > 0) {
				t.Errorf("the link was followed: %v, %v", entries, err)
			}
			if err := os.Remove(place); err != nil {
				t.Fatal(err)
			}
			last := f.start(t, s.addr)
			last.wantExit(t, 0)
			if got := f.done(t); got != jobs {
				t.Errorf("%d posts of %d\n%s", got, jobs, last.tail())
			}
		})
	}
}

// What is deleted or moved while posts are made is noticed, and no post is
// counted that is not there.
func TestWhatIsTakenAwayDuringARunIsNoticed(t *testing.T) {
	s, d := newServer(t), dice(t)
	takings := []struct {
		name, place string
		move        bool
		codes       []int
	}{
		{"a label is deleted", "posts/" + steady, false, []int{3}},
		{"a label is moved", "posts/" + steady, true, []int{3}},
		{"the ledger is deleted", "posts/.nightpress/ledger.db", false, []int{1}},
		{"the ledger is moved", "posts/.nightpress/ledger.db", true, []int{1}},
		{"its folder is moved", "posts/.nightpress", true, []int{1}},
		{"all is deleted", "posts", false, []int{1}},
		{"all is moved", "posts", true, []int{1}},
	}
	d.Shuffle(len(takings), func(i, j int) { takings[i], takings[j] = takings[j], takings[i] })
	for range rounds(1, 4) {
		for _, x := range takings[:rounds(1, len(takings))] {
			t.Run(x.name, func(t *testing.T) {
				const jobs = 30
				f := newFolder(t, t.TempDir(), jobs, "", steady)
				c := newCounter(t, s)
				r := f.start(t, c.addr)
				f.grow(t, r, 2+d.IntN(8))
				place := filepath.Join(f.dir, x.place)
				var err error
				if x.move {
					err = os.Rename(place, filepath.Join(f.dir, "elsewhere"))
				} else {
					err = removeAll(place)
				}
				if err != nil {
					t.Fatal(err)
				}
				r.wantExit(t, x.codes...)
				there, err := filepath.Glob(filepath.Join(f.dir, "posts", steady, "*.md"))
				if err != nil {
					t.Fatal(err)
				}
				if want := fmt.Sprintf("%d of %d posts there", len(there), jobs); !strings.Contains(r.output.String(), want) {
					t.Errorf("%d posts are there:\n%s", len(there), r.tail())
				}
				last := f.start(t, c.addr)
				last.wantExit(t, 0)
				if got := f.done(t); got != jobs {
					t.Errorf("%d posts of %d\n%s", got, jobs, last.tail())
				}
			})
		}
	}
}

// removeAll removes what a run goes on writing into.
func removeAll(path string) (err error) {
	for range 100 {
		if err = os.RemoveAll(path); err == nil {
			return nil
		}
	}
	return err
}
