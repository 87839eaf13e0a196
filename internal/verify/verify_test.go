package verify_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/verify"
	"github.com/nightpress/nightpress/output"
)

// One job's record was changed after it was written, and one is of an older version.
func TestDeepNamesTheJobsWhoseIDsDoNotFollowFromTheRecord(t *testing.T) {
	dir := t.TempDir()
	folder, err := output.Open(dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(folder.LedgerPath())
	if err != nil {
		t.Fatal(err)
	}
	sink := &output.Sink{Folder: folder, Ledger: l, RunID: 1}
	for slug, made := range map[string]*record.Made{"forged": {Setup: `{"before":"a","after":"b"}`, Sent: `{"user":"x"}`}, "old": nil} {
		res := &record.Result{ID: strings.Repeat(slug[:1], 64), Topic: slug, Slug: slug, Label: "m", Model: "m", Status: record.Done, Post: &contract.Post{Body: "Text."}, Made: made}
		if _, err := sink.Save(t.Context(), res); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(l.Close(), folder.Close()); err != nil {
		t.Fatal(err)
	}
	for deep, want := range map[bool][]string{
		false: {"2 posts, 0 differences"},
		true:  {"wrong-id    m/forged: its ID is ffffffffffff, and what is recorded gives b10a824aac58", "2 posts, 1 difference", "the IDs of 0 jobs follow", "1 job of older versions: what they were made with is unknown"},
	} {
		var out bytes.Buffer
		err := verify.Folder(t.Context(), verify.Request{Out: dir, Deep: deep}, printer.New(&out, &out, false, false))
		if (exit.Code(err) == 0) == deep {
			t.Errorf("deep %t: %v", deep, err)
		}
		for _, text := range want {
			if !strings.Contains(out.String(), text) {
				t.Errorf("deep %t: no %q in\n%s", deep, text, out.String())
			}
		}
	}
}
