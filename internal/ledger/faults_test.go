package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/record"
)

func TestAFileThatIsNoLedgerIsRefusedAndUntouched(t *testing.T) {
	for name, content := range map[string]string{
		"text":  "these are my notes",
		"short": "x",
		"damaged": func() string {
			file, err := os.ReadFile(atVersion(t, len(migrations)))
			if err != nil {
				t.Fatal(err)
			}
			return string(file[:100]) + strings.Repeat("\xff", len(file)-100)
		}(),
		"another program's": func() string {
			file, err := os.ReadFile(atVersion(t, 0, `CREATE TABLE recipes (name TEXT)`))
			if err != nil {
				t.Fatal(err)
			}
			return string(file)
		}(),
	} {
		path := filepath.Join(t.TempDir(), "ledger.db")
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		if !strings.Contains(strings.Join(hint.Of(err), "\n"), "mv "+path) {
			t.Errorf("%s: error: %v", name, err)
		}
		if name == "another program's" && !errors.As(err, new(*ForeignError)) {
			t.Errorf("%s: error: %v", name, err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != content {
			t.Errorf("%s: the file changed (%v)", name, err)
		}
		l, err := OpenPreview(t.Context(), path, nil)
		if err == nil {
			err = errors.Join(l.Integrity(t.Context()), l.Close())
		}
		if err == nil {
			t.Errorf("%s: nothing is wrong with it, by a preview", name)
		}
	}
}

func result(id string) Entry {
	return Entry{Result: &record.Result{ID: id, Slug: id, Topic: id, Label: "small", Status: record.Rejected, Attempts: []record.Attempt{{N: 1, Reply: strings.Repeat(id, 99)}}}}
}

func TestALedgerThatFindsNoRoomSaysSoAndStaysWhole(t *testing.T) {
	l, err := Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Commit(t.Context(), 1, []Entry{result("a")}); err != nil {
		t.Fatal(err)
	}
	limit := func(pages int) {
		if _, err := l.writer.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // SQLite takes the present size for the least
	var many []Entry
	for i := range 300 {
		many = append(many, result(fmt.Sprint("b", i)))
	}
	if err := l.Commit(t.Context(), 1, many); !errors.Is(err, ErrFull) {
		t.Fatalf("error: %v", err)
	}
	if j, err := l.Job(t.Context(), "b0"); err != nil || j != nil {
		t.Errorf("half of what was to be committed is there: %+v, %v", j, err)
	}
	if err := l.Integrity(t.Context()); err != nil {
		t.Error(err)
	}
	limit(1 << 20)
	if err := l.Commit(t.Context(), 1, many); err != nil {
		t.Errorf("once there is room: %v", err)
	}
}

func TestAnySQLiteToolReadsTheLedgerWhileARunWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Commit(t.Context(), 1, []Entry{result("a")}); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	err = l.within(t.Context(), func(tx *sql.Tx) error {
		if err := result("b").save(t.Context(), tx, 1, "now"); err != nil {
			return err
		}
		var n int
		err := other.QueryRowContext(t.Context(), `SELECT count(*) FROM jobs`).Scan(&n)
		if n != 1 {
			t.Errorf("a reader sees %d jobs in the middle of a commit", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The tables and columns that docs/files.md lists are those that there are.
func TestTheDocumentedTablesAreTheOnesThatThereAre(t *testing.T) {
	text, err := os.ReadFile("../../docs/files.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	for line := range strings.SplitSeq(string(text), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) == 5 && strings.HasPrefix(cells[1], " `") {
			documented[strings.Trim(cells[1], " `")] = strings.TrimSpace(strings.ReplaceAll(cells[3], "`", ""))
		}
	}
	l, err := Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	rows, err := l.db.QueryContext(t.Context(), `SELECT m.name, group_concat(c.name, ', ') FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' GROUP BY m.name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var table, columns string
		if err := rows.Scan(&table, &columns); err != nil {
			t.Fatal(err)
		}
		n++
		if documented[table] != columns {
			t.Errorf("%s:\n documented %q\n there are  %q", table, documented[table], columns)
		}
	}
	if n != len(documented) {
		t.Errorf("%d tables are documented, there are %d", len(documented), n)
	}
}

func BenchmarkCommit(b *testing.B) {
	for _, together := range []int{1, 4, 16, 64} {
		b.Run(fmt.Sprintf("together=%d", together), func(b *testing.B) {
			l, err := Open(filepath.Join(b.TempDir(), "ledger.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			n := 0
			for b.Loop() {
				entries := make([]Entry, together)
				for i := range entries {
					n++
					entries[i] = result(fmt.Sprint("job", n))
				}
				if err := l.Commit(b.Context(), 1, entries); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/entry")
		})
	}
}
