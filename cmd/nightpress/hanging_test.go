package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/scripted"
)

// --patience bounds the first requests as well: a server that takes them and does
// not answer is waited for no longer than one that is away.
func TestPatienceEndsTheFirstLookups(t *testing.T) {
	for _, path := range []string{"/api/version", "/api/tags", "/api/show"} {
		for _, how := range []scripted.Mode{scripted.Hangs, scripted.Drips} {
			server, err := scripted.Start("m:latest")
			if err != nil {
				t.Fatal(err)
			}
			defer server.Away()
			server.Mute(path, how)
			began := time.Now()
			said := reads(t, server.Host(), "run", "topics.csv", "--patience", "200ms")
			// Without --patience, each limit is 10 s or more.
			if took := time.Since(began); took > 5*time.Second || !strings.Contains(said, "does not answer") {
				t.Errorf("%s, manner %d: after %s:\n%s", path, how, took, said)
			}
		}
	}
}

// Where another program has Ollama's address, a second server cannot be started
// there. init names the program and what to do.
func TestInitOffersNoServerWhereAnotherProgramAnswers(t *testing.T) {
	lmStudio := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"error":"Unexpected endpoint or method. (` + r.Method + ` ` + r.URL.Path + `)"}`))
	}))
	defer lmStudio.Close()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<!DOCTYPE html><html><title>Log in</title></html>"))
	}))
	defer page.Close()
	for _, c := range []struct{ host, says, next string }{
		{lmStudio.URL, "is not Ollama but LM Studio", "hint: nightpress needs Ollama itself"},
		{page.URL, "is not Ollama: a web page", "hint: give the address of an Ollama server"},
		{"127.0.0.1:1", "does not answer", "next: ollama serve"},
	} {
		t.Chdir(t.TempDir())
		t.Setenv("OLLAMA_HOST", c.host)
		code, _, said := tell(t, "init")
		if code != 0 || !strings.Contains(said, c.says) || !strings.Contains(said, c.next) {
			t.Errorf("exit %d\n%s", code, said)
		}
		if strings.Contains(said, "next: ollama serve") != strings.HasPrefix(c.next, "next:") {
			t.Errorf("%s: it offers to start a server:\n%s", c.host, said)
		}
		if _, err := os.Stat("models.toml"); err != nil {
			t.Error(err)
		}
	}
}
