package served_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/report"
	"github.com/nightpress/nightpress/internal/report/reporttest"
	"github.com/nightpress/nightpress/internal/served"
	"github.com/nightpress/nightpress/output"
)

// get requests a page as a browser that believes to be at this host.
func get(t *testing.T, method, url, host string) (status int, text string, header http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body), answer.Header
}

func TestAReportIsServedToItsPageOnlyAndMadeAgainWhenSomeoneWrites(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	dir := filepath.Join(t.TempDir(), "posts")
	if err := reporttest.Write(t.Context(), dir, reporttest.Size{Models: 2, Topics: 3}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	at, made, ended := make(chan string, 1), make(chan report.Written, 100), make(chan error, 1)
	go func() {
		ended <- served.Report(ctx, served.Request{
			Folders: []string{dir}, Version: "v1", Every: time.Millisecond,
			Ready: func(url string) error { at <- url; return nil },
			Made:  func(_ *report.Report, w report.Written) { made <- w },
		})
	}()
	url := <-at
	<-made
	if !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Fatalf("it is served at %s", url)
	}
	status, index, header := get(t, "GET", url, "")
	if status != 200 || !strings.Contains(index, "Which model is best?") || !strings.Contains(index, "connect-src &#39;self&#39;") || !strings.Contains(header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Errorf("%d, %v", status, header)
	}
	page := regexp.MustCompile(`a-good-[a-z0-9-]*\.html`).FindString(index)
	if status, text, _ := get(t, "GET", url+"topics/"+page, ""); status != 200 || !strings.Contains(text, `name="report-number" content="1"`) {
		t.Errorf("%s: %d", page, status)
	}
	root := url[:strings.Index(url[len("http://"):], "/")+len("http://")]
	for what, one := range map[string]struct {
		method, url, host string
		want              int
	}{
		"a name that leads here": {"GET", url, "evil.example", http.StatusForbidden},
		"no token":               {"GET", root + "/", "", http.StatusNotFound},
		"another token":          {"GET", root + "/abc/number", "", http.StatusNotFound},
		"a listing":              {"GET", url + "topics/", "", http.StatusNotFound},
		"a file elsewhere":       {"GET", url + "topics/..%2f..%2fledger.db", "", http.StatusNotFound},
		"a page elsewhere":       {"GET", url + "topics/..%2findex.html", "", http.StatusNotFound},
		"a change":               {"POST", url, "", http.StatusForbidden},
	} {
		if status, _, _ := get(t, one.method, one.url, one.host); status != one.want {
			t.Errorf("%s: %d, want %d", what, status, one.want)
		}
	}
	// A rater writes.
	l, err := ledger.Open(output.LedgerPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var rating ledger.Rating
	jobs := map[string]*ledger.Record{}
	for rec, err := range l.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if first := jobs[rec.Slug]; first != nil {
			rating = ledger.Rating{Rater: "anna", Duel: ledger.Duel{Topic: rec.Topic, Slug: rec.Slug, A: ledger.RatedPost{Label: first.Label, Job: first.ID}, B: ledger.RatedPost{Label: rec.Label, Job: rec.ID}}}
		}
		jobs[rec.Slug] = rec
	}
	if _, err := l.Rate(t.Context(), rating); err != nil {
		t.Fatal(err)
	}
	for shown := false; !shown; {
		<-made
		_, index, _ = get(t, "GET", url, "")
		shown = strings.Contains(index, "What readers preferred") && strings.Contains(index, "anna")
	}
	if _, number, _ := get(t, "GET", url+"number", ""); number == "1" {
		t.Error("the number of the report stays")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
