//go:build linux

package chaos

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	_ "modernc.org/sqlite" // to read the ledger
)

// folder is a place where a run takes place: topics, settings, posts.
type folder struct {
	dir string
	// temp is the system's temporary folder for the run.
	temp   string
	jobs   int
	models []string
}

// newFolder makes a folder with n topics. settings is added to its
// models.toml.
func newFolder(t *testing.T, dir string, n int, settings string, models ...string) *folder {
	t.Helper()
	var csv, toml strings.Builder
	csv.WriteString("topic\n")
	for i := range n {
		fmt.Fprintf(&csv, "%s\n", topic(i))
	}
	toml.WriteString(settings)
	for _, m := range models {
		fmt.Fprintf(&toml, "\n[[model]]\nname = %q\n", m)
	}
	for name, text := range map[string]string{"topics.csv": csv.String(), "models.toml": toml.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return &folder{dir, t.TempDir(), n * len(models), models}
}

func topic(i int) string { return fmt.Sprintf("chaos topic %d", i+1000) }

// command returns the run over the folder, against the server at addr, or those of
// models.toml where it is "". The number of workers is fixed, so that a test can count what a blow may cost.
func (f *folder) command(addr string, flags ...string) *exec.Cmd {
	args := []string{"run", "topics.csv", "-j", strconv.Itoa(workers)}
	cmd := exec.Command(program, append(args, flags...)...)
	cmd.Dir = f.dir
	// An empty OLLAMA_HOST counts as none.
	cmd.Env = append(os.Environ(), "OLLAMA_HOST="+addr, "HOME="+f.dir, "TMPDIR="+f.temp)
	return cmd
}

// post is what is read back of a file.
type post struct {
	label, slug, id, sha256 string
}

// posts reads every post; one that is not whole is an error of the test.
func (f *folder) posts(t *testing.T) map[string]post {
	t.Helper()
	all := map[string]post{}
	for _, m := range f.models {
		paths, err := filepath.Glob(filepath.Join(f.dir, "posts", m, "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if p, err := readPost(path); err != nil {
				t.Errorf("%s: %v", path, err)
			} else {
				all[p.label+"/"+p.slug] = p
			}
		}
	}
	return all
}

func readPost(path string) (post, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return post{}, err
	}
	head, body, ok := strings.Cut(strings.TrimPrefix(string(raw), "---\n"), "\n---\n")
	if !ok || len(strings.Fields(body)) < 300 || !strings.HasSuffix(body, "\n") {
		return post{}, fmt.Errorf("half a post, %d bytes", len(raw))
	}
	var meta struct {
		Title, Description, Slug string
		Nightpress               struct{ ID string }
	}
	if err := yaml.Unmarshal([]byte(head), &meta); err != nil {
		return post{}, err
	}
	sum := sha256.Sum256(raw)
	p := post{filepath.Base(filepath.Dir(path)), strings.TrimSuffix(filepath.Base(path), ".md"), meta.Nightpress.ID, hex.EncodeToString(sum[:])}
	if meta.Title == "" || meta.Description == "" || meta.Slug != p.slug || p.id == "" {
		return post{}, fmt.Errorf("front matter %+v", meta)
	}
	return p, nil
}

// row is a job in the ledger.
type row struct{ label, slug, id, status, sha256 string }

func (f *folder) ledgerPath() string {
	return filepath.Join(f.dir, "posts", ".nightpress", "ledger.db")
}

func (f *folder) ledger(t *testing.T) *sql.DB {
	t.Helper()
	// The folder's name is a test's, and may have a "#" in it.
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: f.ledgerPath()}).EscapedPath(), RawQuery: "mode=rw&_pragma=busy_timeout(5000)"}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// rows reads the ledger as it was left, also in the middle of a commit.
func (f *folder) rows(t *testing.T) (all []row) {
	t.Helper()
	if _, err := os.Stat(f.ledgerPath()); err != nil {
		return nil
	}
	db := f.ledger(t)
	defer db.Close()
	var whole string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&whole); err != nil || whole != "ok" {
		t.Fatalf("the ledger is not whole: %s, %v", whole, err)
	}
	found, err := db.QueryContext(context.Background(), "SELECT label, slug, id, status, sha256 FROM jobs")
	if err != nil && strings.Contains(err.Error(), "no such table") {
		return nil // killed before its tables were made
	}
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	for found.Next() {
		var r row
		if err := found.Scan(&r.label, &r.slug, &r.id, &r.status, &r.sha256); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// check looks at what a blow left: each post whole, each row's post there and
// as it was written, no copy of the topics in the system's temporary folder. A
// post whose row was not reached is allowed; the next run takes it over.
func (f *folder) check(t *testing.T) (posts map[string]post, rows []row) {
	t.Helper()
	if left, err := filepath.Glob(filepath.Join(f.temp, "nightpress-topics-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
	posts, rows = f.posts(t), f.rows(t)
	seen := map[string]bool{}
	for _, r := range rows {
		place := r.label + "/" + r.slug
		if seen[place] {
			t.Errorf("%s is in the ledger twice", place)
		}
		seen[place] = true
		p, there := posts[place]
		switch {
		case r.status == "done" && (!there || p.id != r.id || p.sha256 != r.sha256):
			t.Errorf("%s: the row says %+v, the file is %+v", place, r, p)
		case r.status == "rejected" && there:
			t.Errorf("%s is rejected and there", place)
		}
	}
	return posts, rows
}

// done looks at the end: every job has its row and each post its row, and
// nothing temporary is left. It returns how many jobs are done.
func (f *folder) done(t *testing.T) (done int) {
	t.Helper()
	posts, rows := f.check(t)
	states := map[string]int{}
	for _, r := range rows {
		states[r.status]++
	}
	if len(rows) != f.jobs || states["done"]+states["rejected"]+states["set-aside"] != f.jobs || len(posts) != states["done"] {
		t.Errorf("%d jobs, %d posts, rows: %v", f.jobs, len(posts), states)
	}
	_ = filepath.WalkDir(filepath.Join(f.dir, "posts"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".tmp") {
			t.Errorf("left behind: %s", path)
		}
		return nil
	})
	return states["done"]
}
