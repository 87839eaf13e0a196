package contract

import (
	"encoding/json"
	"testing"
)

// Ledgers and the lines of --json hold these names.
func TestAProblemsStoredNamesNeverChange(t *testing.T) {
	p := Problem{Code: ProblemBodyShort, Line: 3, Message: "the post has 2 words, fewer than 5", Ask: "write at least 5 words"}
	text, err := json.Marshal(p)
	if err != nil || string(text) != `{"code":"body-short","line":3,"message":"the post has 2 words, fewer than 5","ask":"write at least 5 words"}` {
		t.Errorf("%s, %v", text, err)
	}
	text, err = json.Marshal(Repair{Code: RepairPreamble, Line: 1})
	if err != nil || string(text) != `{"code":"preamble","line":1}` {
		t.Errorf("%s, %v", text, err)
	}
}

func TestTheModelIsToldWhatIsWrongAndWhatToDo(t *testing.T) {
	p := Problem{Message: "no header lines found", Ask: "begin with the header lines, TITLE: first"}
	if got := p.ForModel(); got != "no header lines found; begin with the header lines, TITLE: first" {
		t.Errorf("%q", got)
	}
	// As older ledgers have it: both in one.
	var old Problem
	if err := json.Unmarshal([]byte(`{"code":"body-short","line":3,"message":"the post has 2 words; write at least 5"}`), &old); err != nil {
		t.Fatal(err)
	}
	if got := old.ForModel(); old.Code != ProblemBodyShort || got != "the post has 2 words; write at least 5" {
		t.Errorf("%q", got)
	}
}
