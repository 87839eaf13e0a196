package main

import (
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/scripted"
	"github.com/nightpress/nightpress/output"
)

// What an earlier run found of a server, check shows and plan counts on.
func TestTheSlotsThatAnEarlierRunFoundAreUsed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("it runs the program in a POSIX shell")
		return
	}
	server, err := scripted.Start("llama3.2:latest", "qwen3:8b")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Away)
	dir := newcomersFolder(t, server.Host())
	inDir := func(line string) string {
		out, code := inShell(t, dir, server.Host(), line)
		if code != 0 {
			t.Fatalf("%s: exit %d\n%s", line, code, out)
		}
		return out
	}
	if out := inDir("nightpress check -m llama3.2"); strings.Contains(out, "slots") {
		t.Errorf("nothing was found yet:\n%s", out)
	}
	posts, err := output.OpenToWrite(t.Context(), dir+"/posts", "test")
	if err != nil {
		t.Fatal(err)
	}
	for record, err := range posts.Ledger.Records(t.Context()) {
		if err == nil {
			err = posts.Ledger.SetFound(t.Context(), server.Host(), record.Digest, ledger.Found{Workers: 9, Slots: 8})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := posts.Close(); err != nil {
		t.Fatal(err)
	}
	if out := inDir("nightpress check -m llama3.2"); !regexp.MustCompile(`ok +slots +8 requests at once of llama3.2`).MatchString(out) {
		t.Errorf("check does not show the slots:\n%s", out)
	}
	if out := inDir("nightpress run topics.csv -m llama3.2 --json"); !strings.Contains(out, `"workers":9,`) {
		t.Errorf("the run does not begin with the number that was found:\n%s", out)
	}
}
