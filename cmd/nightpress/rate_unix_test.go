//go:build unix

package main

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/scripted"
)

// The name is asked for once: the folder then knows it.
func TestRateAsksForTheNameOnce(t *testing.T) {
	s, err := scripted.Start("m:latest", "n:latest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Away)
	dir := topicsFile(t, "Tides")
	at(t, s, dir, 100, "run", "topics.csv", "-m", "m,n", "--quiet").ends(t, 0)
	interrupt := func(term *terminal) {
		t.Helper()
		if _, err := term.pty.WriteString("\x03"); err != nil {
			t.Fatal(err)
		}
		term.ends(t, 0)
	}

	term := at(t, s, dir, 100, "rate")
	term.shows(t, "your name, for the report: ")
	if _, err := term.pty.WriteString("anna\n"); err != nil {
		t.Fatal(err)
	}
	term.shows(t, "Ctrl-C ends it")
	page := regexp.MustCompile(`http://127\S+/`).FindString(term.text())
	resp, err := http.Get(page)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	duel := regexp.MustCompile(`name="duel" value="(\w+)"`).FindStringSubmatch(string(body))
	if err != nil || duel == nil || !strings.Contains(string(body), "anna") {
		t.Fatalf("%v\n%s", err, body)
	}
	req, err := http.NewRequest(http.MethodPost, page+"answer", strings.NewReader(url.Values{"duel": {duel[1]}, "answer": {"1"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "http://"+req.URL.Host)
	if resp, err = http.DefaultClient.Do(req); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	_ = resp.Body.Close()
	interrupt(term)

	term = at(t, s, dir, 100, "rate")
	term.shows(t, "you rate as anna")
	term.shows(t, "Ctrl-C ends it")
	interrupt(term)
	if strings.Contains(term.text(), "your name") {
		t.Errorf("asked again: %q", term.text())
	}
}
