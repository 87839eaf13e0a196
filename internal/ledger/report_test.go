package ledger_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// saved fills a new ledger and leaves it open.
func saved(t *testing.T, results ...*record.Result) (path string, l *ledger.Ledger) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	for i, res := range results {
		if err := l.Commit(t.Context(), int64(i+1), []ledger.Entry{{Result: res, KeepReplies: true}}); err != nil {
			t.Fatal(err)
		}
	}
	return path, l
}

func result(id, slug, label string, attempts ...record.Attempt) *record.Result {
	res := &record.Result{ID: id, Slug: slug, Label: label, Topic: "On " + slug, Status: record.Rejected, Attempts: attempts}
	if n := len(attempts); n > 0 && attempts[n-1].Problems == nil {
		res.Status, res.Post = record.Done, &contract.Post{Words: 7}
	}
	return res
}

func records(t *testing.T, path string) (all []string) {
	t.Helper()
	l, err := ledger.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for rec, err := range l.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprint(rec.ID, " ", rec.Slug, "/", rec.Label, " ", rec.Status, " ", len(rec.Attempts)))
	}
	return all
}

var malformed = []contract.Problem{{Code: contract.ProblemMarkerMissing}}

func TestRecordsAreTheNewestJobOfEachLocationWithItsAttempts(t *testing.T) {
	path, _ := saved(t,
		result("1", "Birds", "steady", record.Attempt{N: 1}),
		result("2", "apples", "sloppy", record.Attempt{N: 1, Problems: malformed}, record.Attempt{N: 2}),
		result("3", "apples", "cut"),
		result("4", "birds", "steady", record.Attempt{N: 1, Problems: malformed}),
	)
	want := []string{"3 apples/cut rejected 0", "2 apples/sloppy done 2", "4 birds/steady rejected 1"}
	// The ledger is still open for writing: a run would go on.
	if got := records(t, path); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestALedgerIsReadWhereNothingCanBeWritten(t *testing.T) {
	path, l := saved(t, result("1", "birds", "steady", record.Attempt{N: 1}))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(path), 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Dir(path), 0o755) })
	if got := records(t, path); len(got) != 1 {
		t.Errorf("%q", got)
	}
	// Root and Windows write there all the same; nobody else leaves a trace.
	if files, _ := filepath.Glob(path + "*"); len(files) != 1 && os.Getuid() > 0 && runtime.GOOS != "windows" {
		t.Errorf("left behind: %v", files)
	}
}

func TestAReaderChangesNoSchemaAndMakesNoLedger(t *testing.T) {
	path, l := saved(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	setSchema := func(v int) {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.ExecContext(t.Context(), fmt.Sprintf("PRAGMA user_version = %d", v))
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	setSchema(1)
	var old *ledger.OldError
	if _, err := ledger.OpenReadOnly(path); !errors.As(err, &old) || old.Have != 1 || old.Hint() == "" {
		t.Errorf("older: %v", err)
	}
	setSchema(1000)
	var newer *ledger.VersionError
	if _, err := ledger.OpenReadOnly(path); !errors.As(err, &newer) {
		t.Errorf("newer: %v", err)
	}
	missing := filepath.Join(t.TempDir(), "ledger.db")
	if _, err := ledger.OpenReadOnly(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("a reader made a ledger")
	}
}
