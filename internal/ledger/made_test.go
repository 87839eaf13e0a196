package ledger_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// madeResult is a result with an ID that follows from what it was made with.
func madeResult(t *testing.T, label, topic string) *record.Result {
	t.Helper()
	setup, err := json.Marshal(record.Setup{Before: "before " + strings.Repeat("contract ", 50), After: "after " + label, Nightpress: "v1", Servers: []record.MadeServer{{Name: "gpu1", Version: "0.17.4"}}})
	if err != nil {
		t.Fatal(err)
	}
	sent := `{"user":"Write about ` + topic + strings.Repeat(" at length", 40) + `"}`
	sum := sha256.Sum256([]byte("before " + strings.Repeat("contract ", 50) + sent + "after " + label))
	return &record.Result{ID: hex.EncodeToString(sum[:]), Topic: topic, Slug: topic, Label: label, Status: record.Done,
		Made: &record.Made{Setup: string(setup), Sent: sent, Columns: `{"topic":"` + topic + `"}`}}
}

func openNew(t *testing.T) (*ledger.Ledger, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, path
}

func TestWhatJobsWereMadeWithIsStoredOnceAndComesBack(t *testing.T) {
	l, path := openNew(t)
	var entries []ledger.Entry
	for _, label := range []string{"a", "b"} {
		for i := range 10 {
			entries = append(entries, ledger.Entry{Result: madeResult(t, label, fmt.Sprint("topic-", i))})
		}
	}
	// In two groups, as a run writes them.
	for _, some := range [][]ledger.Entry{entries[:13], entries[13:]} {
		if err := l.Commit(t.Context(), 1, some); err != nil {
			t.Fatal(err)
		}
	}
	if s, err := l.NewestSetup(t.Context(), "b"); err != nil || s == nil || s.After != "after b" {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := l.NewestSetup(t.Context(), "nobody"); err != nil || s != nil {
		t.Errorf("%+v, %v", s, err)
	}
	for _, e := range entries {
		m, err := l.Made(t.Context(), e.Result.ID)
		if err != nil || m == nil || *m != *e.Result.Made {
			t.Fatalf("%+v, %v", m, err)
		}
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var texts int
	// Two setups, ten prompts, and ten rows: the models share prompts and rows.
	if err := db.QueryRow(`SELECT count(*) FROM texts`).Scan(&texts); err != nil || texts != 22 {
		t.Errorf("%d texts, %v", texts, err)
	}
	// An answer of a person about the job keeps what it was made with.
	again := *entries[0].Result
	again.Made = nil
	if err := l.Commit(t.Context(), 2, []ledger.Entry{{Result: &again, Origin: "hand"}}); err != nil {
		t.Fatal(err)
	}
	if m, err := l.Made(t.Context(), again.ID); err != nil || m == nil || m.Sent != entries[0].Result.Made.Sent {
		t.Errorf("after accept: %+v, %v", m, err)
	}
}

func TestIDsAreComputedAgainFromTheRecord(t *testing.T) {
	l, path := openNew(t)
	good, bad := madeResult(t, "a", "good"), madeResult(t, "a", "bad")
	bad.Made.Sent = strings.Replace(bad.Made.Sent, "Write", "Wrote", 1)
	// Another sample of the same topic has the same messages.
	sample := *good
	sample.ID, sample.Slug = batch.SampleID(good.ID, 3), "good-3"
	entries := []ledger.Entry{{Result: good}, {Result: bad}, {Result: &sample}, {Result: &record.Result{ID: "old", Slug: "old", Label: "a", Status: record.Done}}}
	if err := l.Commit(t.Context(), 1, entries); err != nil {
		t.Fatal(err)
	}
	said := func() map[string]string {
		all := map[string]string{}
		for j, err := range l.Identities(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			all[j.Slug] = fmt.Sprintf("%t %s", j.Known, j.Wrong)
		}
		return all
	}
	all := said()
	if all["good"] != "true " || all["good-3"] != "true " || all["old"] != "false " || !strings.Contains(all["bad"], "what is recorded gives") {
		t.Errorf("%v", all)
	}
	if m, err := l.Made(t.Context(), "old"); m != nil || err != nil {
		t.Errorf("of an old job: %+v, %v", m, err)
	}
	// A text that was damaged is reported, whatever is wrong with it.
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, damage := range []string{
		`UPDATE texts SET text = x'1f8b00' WHERE id = (SELECT sent FROM jobs WHERE slug = 'good')`,
		`UPDATE texts SET text = 'not JSON' WHERE id = (SELECT setup FROM jobs WHERE slug = 'good')`,
		`DELETE FROM texts WHERE id = (SELECT setup FROM jobs WHERE slug = 'good')`,
	} {
		if _, err := db.Exec(damage); err != nil {
			t.Fatal(err)
		}
		if all := said(); !strings.HasPrefix(all["good"], "true ") || len(all["good"]) < 10 {
			t.Errorf("after %s: %v", damage, all)
		}
		if _, err := l.Made(t.Context(), good.ID); err != nil {
			t.Errorf("after %s: %v", damage, err)
		}
	}
}
