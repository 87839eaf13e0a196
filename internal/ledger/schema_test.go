package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// atVersion makes a ledger as the nightpress of schema v made it.
func atVersion(t *testing.T, v int, sqls ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i, m := range migrations[:v] {
		sqls = append(sqls[:i:i], append([]string{m + fmt.Sprintf("PRAGMA user_version = %d", i+1)}, sqls[i:]...)...)
	}
	for _, s := range sqls {
		if _, err := db.ExecContext(context.Background(), s); err != nil {
			t.Fatalf("%v in %.60s", err, s)
		}
	}
	return path
}

func TestALedgerOfTheFirstSchemaComesForwardWithAllItHolds(t *testing.T) {
	path := atVersion(t, 1,
		`INSERT INTO topics VALUES ('k', 'Cats', 'cats')`,
		`INSERT INTO jobs VALUES ('a', 'cats', 'small', 'Cats', 'small:latest', 'd', 'p', 'done', '', 'small/cats.md', 'abc', 300, '[{"code":"fence","line":1}]', 2, 7, '2026-01-01T00:00:00Z')`,
		`INSERT INTO posts VALUES ('small', 'cats', 'a')`,
		`INSERT INTO attempts VALUES ('a', 7, 1, 1.5, 10, '{"n":1,"seed":5,"error":"cut"}', NULL), ('a', 7, 2, 2.5, 20, '{"n":2,"seed":6}', NULL)`,
	)
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	j, err := l.Current(t.Context(), "small", "cats")
	if err != nil || j == nil || j.Status != record.Done || j.SHA256 != "abc" || j.Words != 300 || j.Attempts != 2 || len(j.Repairs) != 1 || j.Origin != "model" {
		t.Errorf("%+v, %v", j, err)
	}
	attempts, err := l.Attempts(t.Context(), "a")
	if err != nil || len(attempts) != 2 || attempts[0].Error != "cut" || attempts[1].Seed != 6 {
		t.Errorf("%+v, %v", attempts, err)
	}
	if took, _, err := l.Durations(t.Context(), "small", 0); err != nil || !slices.Equal(took, []record.Took{{Prompt: "p", Words: 300, Duration: 4 * time.Second}}) {
		t.Errorf("durations %v, %v", took, err)
	}
}

func TestEverySchemaComesForwardToTheSameTables(t *testing.T) {
	tables := func(path string) string {
		l, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		rows, err := l.db.QueryContext(t.Context(), `SELECT m.name || '.' || c.name || ' ' || c.type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var all []string
		for rows.Next() {
			var one string
			if err := rows.Scan(&one); err != nil {
				t.Fatal(err)
			}
			all = append(all, one)
		}
		return strings.Join(all, "\n")
	}
	want := tables(filepath.Join(t.TempDir(), "new.db"))
	for v := range migrations {
		if got := tables(atVersion(t, v)); got != want {
			t.Errorf("from schema %d:\n%s\nwant:\n%s", v, got, want)
		}
	}
}

func TestALedgerOfANewerNightpressIsRefusedAndUntouched(t *testing.T) {
	path := atVersion(t, len(migrations), `PRAGMA user_version = 99`)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(path)
	var newer *VersionError
	if !errors.As(err, &newer) || newer.Have != 99 || newer.Hint() == "" {
		t.Fatalf("error: %v", err)
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("the file changed: %v", err)
	}
}
