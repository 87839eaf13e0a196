//go:build unix

package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/nightpress/nightpress/internal/scripted"
	"github.com/nightpress/nightpress/output"
)

var ledgerPath = output.LedgerPath("posts")

// posted makes a folder with posts in the working directory, and returns the
// server that wrote them.
func posted(t *testing.T) *scripted.Server {
	t.Helper()
	server, err := scripted.Start("m:latest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Away)
	t.Chdir(t.TempDir())
	t.Setenv("OLLAMA_HOST", server.Host())
	topics := "topic\nTides\n"
	for i := range 30 {
		topics += fmt.Sprintf("Topic number %d\n", i)
	}
	if err := os.WriteFile("topics.csv", []byte(topics), 0o666); err != nil {
		t.Fatal(err)
	}
	server.Next(scripted.Reply{Text: "I cannot help with that."})
	if code, _, said := tell(t, "run", "topics.csv", "-m", "m"); code != 0 {
		t.Fatalf("exit %d\n%s", code, said)
	}
	return server
}

func requests(t *testing.T, server *scripted.Server) (n int) {
	t.Helper()
	if err := server.Wait(t.Context(), func(s scripted.Seen) bool { n = s.Requests; return true }); err != nil {
		t.Fatal(err)
	}
	return n
}

func rewrite(change func([]byte) []byte) func(string) error {
	return func(path string) error {
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, change(file), 0o666)
	}
}

func truncated(n int) func(string) error {
	return rewrite(func(b []byte) []byte { return b[:n] })
}

func changed(statements ...string) func(string) error {
	return func(path string) error {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			return err
		}
		for _, s := range statements {
			if _, err := db.ExecContext(context.Background(), s); err != nil {
				return errors.Join(fmt.Errorf("%s: %w", s, err), db.Close())
			}
		}
		return db.Close()
	}
}

func instead(put func(string) error) func(string) error {
	return func(path string) error { return errors.Join(os.Remove(path), put(path)) }
}

var damages = []struct {
	name   string
	damage func(path string) error
	// partial damage takes a record away, not the ledger: status and report
	// still work and name it. Of the rest, some pages may never be read.
	partial bool
}{
	{"empty", truncated(0), false},
	{"one byte", truncated(1), false},
	{"a hundred bytes", truncated(100), false},
	{"one page", truncated(4096), false},
	{"half", rewrite(func(b []byte) []byte { return b[:len(b)/2] }), false},
	{"a flipped header", rewrite(func(b []byte) []byte { b[3] ^= 0xff; return b }), false},
	{"another page size", rewrite(func(b []byte) []byte { b[16], b[17] = 0x7f, 0x7f; return b }), false},
	{"an unknown format", rewrite(func(b []byte) []byte { b[18] = 0x42; return b }), false},
	{"one table's pages in place of another's", changed("PRAGMA writable_schema = ON",
		"UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'jobs') WHERE name = 'recipes'"), false},
	{"zeroed pages", rewrite(func(b []byte) []byte { clear(b[8192 : len(b)-4096]); return b }), false},
	{"noise", rewrite(func(b []byte) []byte {
		for i := 4096; i < len(b); i++ {
			b[i] = byte(i * 7919 >> 3)
		}
		return b
	}), false},
	{"notes", rewrite(func([]byte) []byte {
		return []byte("these are my notes, and there are a hundred bytes of them, so that nobody can say that it is only a beginning")
	}), false},
	{"a missing table", changed("DROP TABLE attempts"), false},
	{"a missing index", changed("DROP INDEX jobs_by_place"), false},
	{"no schema", changed("PRAGMA user_version = 0"), false},
	{"an older schema than it has", changed("PRAGMA user_version = 2"), false},
	{"a newer schema", changed("PRAGMA user_version = 77"), false},
	{"another program's", instead(changed("CREATE TABLE recipes (name TEXT)", "PRAGMA user_version = 5")), false},
	{"a folder", instead(func(p string) error { return os.Mkdir(p, 0o777) }), false},
	{"a named pipe", instead(func(p string) error { return syscall.Mkfifo(p, 0o666) }), false},
	{"a symbolic link", instead(func(p string) error { return os.Symlink("/dev/zero", p) }), false},
	{"a pipe for a log", func(p string) error { return syscall.Mkfifo(p+"-wal", 0o666) }, false},
	{"a log that does not match", func(p string) error { return os.WriteFile(p+"-wal", bytes.Repeat([]byte("log"), 9999), 0o666) }, true},
	{"words that are no number", changed("UPDATE jobs SET words = 'many' WHERE slug = 'tides'"), true},
	{"an unknown status", changed("UPDATE jobs SET status = 'lost' WHERE slug = 'tides'"), true},
	{"a record that is no JSON", changed("UPDATE attempts SET record = '{\"n\":' WHERE id = 1"), true},
	{"repairs that are no JSON", changed("UPDATE jobs SET repairs = '[' WHERE slug = 'tides'"), true},
	{"a reply that is no gzip", changed("UPDATE attempts SET reply = x'1f8b00ff' WHERE id = 1"), true},
	{"bad times", changed("UPDATE runs SET started = 'yesterday', ended = 'today'", "UPDATE events SET time = 'noon'"), true},
	{"a bad summary", changed("UPDATE runs SET summary = '{'"), true},
	{"counts that nobody counted", changed("UPDATE attempts SET tokens = 9223372036854775807, record = json_set(record, '$.eval_count', 9223372036854775807)"), true},
	{"an error of megabytes", changed("UPDATE attempts SET record = json_set(record, '$.error', hex(zeroblob(2000000))) WHERE id = 1"), true},
}

// rawSQLite matches the texts of SQLite and of database/sql.
var rawSQLite = regexp.MustCompile(`sql: |SQL logic error|SQLITE_|disk image|no such (table|column|index)|malformed`)

func TestADamagedLedgerIsNamedByItsFileWithWhatToDo(t *testing.T) {
	server := posted(t)
	whole, err := os.ReadFile(ledgerPath)
	if err = errors.Join(err, os.WriteFile("good.txt", []byte(scripted.Post(999)), 0o666)); err != nil {
		t.Fatal(err)
	}
	for _, d := range damages {
		if err := d.damage(ledgerPath); err != nil {
			t.Fatalf("%s: %v", d.name, err)
		}
		before, failed := requests(t, server), ""
		for _, line := range []string{"status", "show tides", "verify", "plan topics.csv -m m", "report --to report", "report --json", "report --csv", "rate", "accept tides good.txt -m m", "redo tides -m m", "run topics.csv -m m"} {
			writes := strings.HasPrefix(line, "run") || strings.HasPrefix(line, "redo") || strings.HasPrefix(line, "accept")
			if writes && d.partial {
				continue
			}
			code, out, said := tell(t, strings.Fields(line)...)
			named := strings.Contains(said, ledgerPath) && strings.Contains(said, "hint: ") && !strings.Contains(said, os.TempDir()+"/nightpress-ledger")
			switch {
			case line == "rate" && strings.Contains(said, "a second model"):
				// It could read what it needed: there is one model alone.
			case d.name == "empty":
				// It is as new, and knows no topic.
				if code == 1 || code == 130 {
					t.Errorf("%s: %s: exit %d\n%s", d.name, line, code, said)
				}
			case code == 2, code == 130:
				t.Errorf("%s: %s: exit %d\n%s", d.name, line, code, said)
			case code != 0 && code != 3 && !named:
				t.Errorf("%s: %s: exit %d, not named:\n%s", d.name, line, code, said)
			case d.partial && code != 0 && line != "verify":
				t.Errorf("%s: %s: exit %d\n%s", d.name, line, code, said)
			case rawSQLite.MatchString(said), strings.Contains(said, "panic"):
				t.Errorf("%s: %s: %s", d.name, line, said)
			case len(out)+len(said) > 200_000:
				t.Errorf("%s: %s: %d bytes of output", d.name, line, len(out)+len(said))
			case strings.Contains(out, "9223372036854775807"), strings.Contains(out, "9,223,372"):
				t.Errorf("%s: %s believes it", d.name, line)
			}
			if code == 1 && named && !d.partial {
				failed = said
			}
			if strings.HasPrefix(line, "redo") && code == 0 {
				before++ // the run makes it again
			}
		}
		if !d.partial && d.name != "empty" {
			follow(t, d.name, failed, server, before)
		}
		if err := errors.Join(os.RemoveAll(filepath.Dir(ledgerPath)), os.RemoveAll("away"), os.MkdirAll(filepath.Dir(ledgerPath), 0o777), os.WriteFile(ledgerPath, whole, 0o666)); err != nil {
			t.Fatal(err)
		}
	}
}

// follow types the hint of a failed command, and sees that the next run finds
// its posts without a request.
func follow(t *testing.T, name, said string, server *scripted.Server, before int) {
	t.Helper()
	if said == "" {
		t.Errorf("%s: no command says anything", name)
		return
	}
	_, hint, found := strings.Cut(said, ": mkdir -p ")
	if found {
		hint = "mkdir -p " + hint
	} else if _, path, ok := strings.Cut(said, "hint: move "); ok {
		path, _, _ = strings.Cut(path, " out of the folder")
		hint, found = "mv "+path+" away", true
	}
	hint, _, _ = strings.Cut(hint, "\n")
	if !found {
		if name != "a newer schema" {
			t.Errorf("%s: nothing to type:\n%s", name, said)
		}
		return
	}
	if out, err := exec.Command("/bin/sh", "-c", hint).CombinedOutput(); err != nil {
		t.Errorf("%s: %s: %v\n%s", name, hint, err, out)
	}
	code, _, said := tell(t, "run", "topics.csv", "-m", "m")
	if n := requests(t, server); code != 0 || n != before {
		t.Errorf("%s: after the hint: exit %d, %d requests more\n%s", name, code, n-before, said)
	}
}

func TestARecordThatCannotBeReadIsLeftOutAndNamed(t *testing.T) {
	posted(t)
	for _, c := range []struct{ damage, status, report string }{
		{"UPDATE attempts SET record = '{' WHERE job = (SELECT id FROM jobs WHERE slug = 'tides') AND n = 1", `attempt of job [0-9a-f]{12}: it is not valid JSON`, `"slug":"tides"`},
		{"UPDATE jobs SET status = 'lost' WHERE slug = 'topic-number-7'", `its status is "lost"`, `"slug":"topic-number-8"`},
		{"UPDATE events SET time = 'noon' WHERE id = 1", `event 1: its time is "noon"`, `"slug":"tides"`},
		{"UPDATE runs SET started = 'dawn'", `run 1: its start is "dawn"`, `"slug":"tides"`},
	} {
		if err := changed(c.damage)(ledgerPath); err != nil {
			t.Fatal(err)
		}
		code, out, said := tell(t, "status")
		if code != 0 || !regexp.MustCompile(c.status).MatchString(out) || !strings.Contains(out, "of the ledger cannot be read") {
			t.Errorf("%s: status: exit %d\n%s%s", c.damage, code, out, said)
		}
		if code, out, said := tell(t, "report", "--json"); code != 0 || !strings.Contains(out, c.report) {
			t.Errorf("%s: report: exit %d\n%s%s", c.damage, code, out, said)
		}
	}
	code, _, said := tell(t, "report", "--to", "report")
	if code != 0 || !strings.Contains(said, "4 records of the ledger cannot be read") || !strings.Contains(said, `its status is "lost"`) {
		t.Errorf("report: exit %d\n%s", code, said)
	}
	if _, err := os.Stat(filepath.Join("report", "index.html")); err != nil {
		t.Error(err)
	}
}
