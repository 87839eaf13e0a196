package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/scripted"
)

// obeyed are characters that a terminal obeys or that turn its text around: C0
// but for tab and line end, DEL, C1, bidi controls, and the line separators.
var obeyed = regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]")

// A topic, a model's title, and a server's text may have such characters. No
// command prints one, and JSON and CSV escape it, so that nothing is lost.
func TestNoCommandPrintsWhatATerminalObeys(t *testing.T) {
	server, err := scripted.Start("m:latest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Away)
	t.Chdir(t.TempDir())
	t.Setenv("OLLAMA_HOST", server.Host())
	const evil = "\u009b31m\u009d52;c;aGk\u009c \u202egpj.exe\u202c\u2028end"
	if err := os.WriteFile("topics.csv", []byte("topic,slug\n\"Tides "+evil+"\",tides\nWaves,waves\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	server.Next(scripted.Reply{Text: strings.Replace(scripted.Post(1), "TITLE: Careful", "TITLE: Careful "+evil, 1)})
	server.Next(scripted.Reply{Status: 500, Error: "model failed to load: \x1b]0;x\x07" + evil})
	for _, line := range []string{
		"plan topics.csv -m m --jobs", "plan topics.csv -m m --json", "run topics.csv -m m --json --log-file night.log", "run topics.csv -m m", "status", "status --json",
		"show tides --replies", "show tides --replies --json", "show waves", "show waves --json", "report --csv", "report --json", "verify", "verify --json", "check -m m", "redo tides", "redo tides --json",
	} {
		code, out, said := tell(t, strings.Fields(line)...)
		if code != 0 || out+said == "" {
			t.Errorf("%s: exit %d\n%q%q", line, code, out, said)
		}
		if found := obeyed.FindString(out + said); found != "" {
			t.Errorf("%s prints %q:\n%q%q", line, found, out, said)
		}
		if line == "report --csv" || line == "report --json" {
			if !strings.Contains(out, `\u202egpj.exe`) || !strings.Contains(out, `\u009b31m`) {
				t.Errorf("%s has lost the topic's characters:\n%q", line, out)
			}
		}
	}
	if log, err := os.ReadFile("night.log"); err != nil || obeyed.Match(log) {
		t.Errorf("the log has such a character, or %v", err)
	}
}
