package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
)

func TestAPanicExitsWith1AndSaysWhereToReportIt(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("TMP", os.Getenv("TMPDIR"))
	var out, errs bytes.Buffer
	a := &app{wall: time.Now, stdin: strings.NewReader(""), stdout: &out, stderr: &errs, args: []string{"nightpress", "status"}, getenv: func(string) string { panic("no such \x1b]0;x\x07 thing") }}
	if code := a.run(t.Context()); code != exit.CannotRun {
		t.Errorf("exit %d", code)
	}
	said := errs.String()
	if !strings.Contains(said, "nightpress: a fault in nightpress itself, not in your input: panic: no such  thing\n") || strings.Contains(said, "goroutine") {
		t.Errorf("said:\n%s", said)
	}
	m := regexp.MustCompile(`hint: report it at https://\S+ with (\S+\.txt);`).FindStringSubmatch(said)
	if m == nil {
		t.Fatalf("no file is named:\n%s", said)
	}
	stack, err := os.ReadFile(filepath.Clean(m[1]))
	if err != nil || !strings.Contains(string(stack), "settings.Path") {
		t.Errorf("%v\n%s", err, stack)
	}
}
