//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/run"
	"github.com/nightpress/nightpress/internal/scripted"
)

// overnight returns the code blocks of one language in docs/overnight.md.
func overnight(t *testing.T, language string, atLeast int) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/overnight.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllSubmatch(text, -1) {
		blocks = append(blocks, string(b[1]))
	}
	if len(blocks) < atLeast {
		t.Fatalf("%d blocks of %s in docs/overnight.md", len(blocks), language)
	}
	return blocks
}

// put writes a script that is found before every other of its name.
func put(t *testing.T, dir, name, script string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o777); err != nil {
		t.Fatal(err)
	}
}

func TestTheShellExamplesOfOvernightRun(t *testing.T) {
	s, err := scripted.Start("llama3.2:latest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Away)
	for i, block := range overnight(t, "sh", 5) {
		dir := topicsFile(t, "Tides")
		if err := os.WriteFile(filepath.Join(dir, "models.toml"), []byte("[[model]]\nname = \"llama3.2\"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(block, "status\n") {
			if out, code := inShell(t, dir, s.Host(), "nightpress run topics.csv"); code != 0 {
				t.Fatalf("exit %d\n%s", code, out)
			}
		}
		if out, code := inShell(t, dir, s.Host(), "set -e\n"+block+"\nwait"); code != 0 {
			t.Errorf("block %d: exit %d\n%s", i+1, code, out)
		}
		if _, err := os.Stat(filepath.Join(dir, "posts", "llama3.2", "tides.md")); err != nil {
			t.Errorf("block %d: %v", i+1, err)
		}
	}
}

func TestAScriptIsToldWhatEachExitCodeMeans(t *testing.T) {
	var script string
	for _, block := range overnight(t, "sh", 5) {
		if strings.Contains(block, "case $status") {
			script = block
		}
	}
	bin := t.TempDir()
	for code, want := range map[int]string{
		exit.Done: "every post exists", exit.CannotRun: "could not run", exit.BadUsage: "is wrong", exit.Incomplete: "some posts do not exist",
		exit.OwnLimit: "out of time", exit.Interrupted: "interrupted", 77: "failed with 77",
	} {
		put(t, bin, "nightpress", "exit "+strconv.Itoa(code))
		out, exit := inShell(t, bin, "", "set -e\nPATH="+bin+":$PATH\n"+script)
		if exit != 0 || !strings.Contains(out, want) {
			t.Errorf("%d: %q (exit %d)", code, out, exit)
		}
	}
}

func TestTheOnFinishExamplesOfOvernightRun(t *testing.T) {
	blocks := overnight(t, "toml", 3)
	bin, dir := t.TempDir(), t.TempDir()
	for _, name := range []string{"notify-send", "mail"} {
		put(t, bin, name, `echo "`+name+` $*" >> record`)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Chdir(dir)
	for i, block := range blocks {
		path := fmt.Sprint(i, ".toml")
		if err := os.WriteFile(path, []byte(block), 0o666); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		var told bytes.Buffer
		err = run.OnFinish(t.Context(), c.Run.OnFinish, os.Environ(), &told, exit.Silent(exit.Incomplete), record.Summary{Jobs: 7})
		if told.Len() > 0 || err != nil {
			t.Errorf("example %d: %s (%v)", i+1, &told, err)
		}
	}
	record, err := os.ReadFile("record")
	if want := "notify-send nightpress ended with 3\nmail -s nightpress: 3 me@localhost\n"; err != nil || string(record) != want {
		t.Errorf("they were told %q (%v)", record, err)
	}
	line, err := os.ReadFile("runs.jsonl")
	var f struct {
		Event    string
		ExitCode int `json:"exit_code"`
		Jobs     int
	}
	if err == nil {
		err = json.Unmarshal(line, &f)
	}
	if err != nil || f.Event != "summary" || f.ExitCode != 3 || f.Jobs != 7 {
		t.Errorf("runs.jsonl has %q (%v)", line, err)
	}
}
