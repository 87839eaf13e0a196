package rate_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/rate"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

const token = "s3cret"

// visit is a served session with its ledger and folder.
type visit struct {
	t      *testing.T
	dir    string
	ledger *ledger.Ledger
	folder *output.Folder
	server *httptest.Server
}

// session is a session over the folder. Without criteria, it asks for the better
// post.
func (v *visit) session(s rate.Session) *rate.Server {
	v.t.Helper()
	if s.Criteria == nil {
		s.Criteria = []rate.Criterion{{Words: "Which post is better?"}}
	}
	session, err := rate.New(v.t.Context(), v.ledger, v.folder, s, func(string) bool { return true })
	if err != nil {
		v.t.Fatal(err)
	}
	return session
}

// start serves the posts of two models on these topics.
func start(t *testing.T, topics ...string) *visit {
	t.Helper()
	v := &visit{t: t, dir: t.TempDir()}
	folder, err := output.Open(v.dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	if v.ledger, err = ledger.Open(folder.LedgerPath()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(v.ledger.Close(), folder.Close()); err != nil {
			t.Error(err)
		}
	})
	sink := &output.Sink{Folder: folder, Ledger: v.ledger, RunID: 1}
	for _, label := range []string{"model-a", "model-b"} {
		for _, topic := range topics {
			res := &record.Result{
				ID: label + topic, Topic: topic, Slug: output.Slug(topic), Label: label, Model: label, Status: record.Done,
				Post:     &contract.Post{Fields: []contract.Value{{Key: "title", Text: "By " + label[6:] + "<script>"}}, Body: "## Of " + label[6:] + "\n\n<script>alert(1)</script>"},
				Attempts: []record.Attempt{{N: 1}},
			}
			if _, err := sink.Save(t.Context(), res); err != nil {
				t.Fatal(err)
			}
		}
	}
	v.folder = folder
	v.server = httptest.NewUnstartedServer(nil)
	v.server.Config.Handler = rate.Handler([]string{v.server.Listener.Addr().String()}, []string{token}, []*rate.Server{v.session(rate.Session{Rater: ledger.Person})})
	v.server.Start()
	t.Cleanup(v.server.Close)
	return v
}

// ask sends a request and returns status, body and header.
func (v *visit) ask(method, path, form string, change func(*http.Request)) (int, string, http.Header) {
	v.t.Helper()
	req, err := http.NewRequest(method, v.server.URL+path, strings.NewReader(form))
	if err != nil {
		v.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", v.server.URL)
	}
	if change != nil {
		change(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header
}

func (v *visit) page() string {
	v.t.Helper()
	status, body, _ := v.ask("GET", "/"+token+"/", "", nil)
	if status != 200 {
		v.t.Fatal(status, body)
	}
	return body
}

var duelID = regexp.MustCompile(`name="duel" value="([A-Z0-9]+)"`)

// answer answers the page that is shown.
func (v *visit) answer(page, answer string) {
	v.t.Helper()
	id := ""
	if m := duelID.FindStringSubmatch(page); m != nil {
		id = m[1]
	}
	status, body, _ := v.ask("POST", "/"+token+"/answer", url.Values{"duel": {id}, "answer": {answer}}.Encode(), nil)
	if status != 200 {
		v.t.Fatal(status, body)
	}
}

func (v *visit) ratings() (all []ledger.Rating) {
	v.t.Helper()
	for r, err := range v.ledger.Ratings(v.t.Context()) {
		if err != nil {
			v.t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func TestOnlyThePageItselfOnThisMachineIsAnswered(t *testing.T) {
	v := start(t, "cats")
	other := "http://example.invalid"
	for _, c := range []struct {
		what, method, path string
		change             func(*http.Request)
		want               int
	}{
		{"the page", "GET", "/" + token + "/", nil, 200},
		{"its style", "GET", "/" + token + "/rate.css", nil, 200},
		{"no token", "GET", "/", nil, 404},
		{"another token", "GET", "/s3creT/", nil, 404},
		{"a longer token", "GET", "/" + token + "x/", nil, 404},
		{"a part of the token", "GET", "/s3c/", nil, 404},
		{"another host", "GET", "/" + token + "/", func(r *http.Request) { r.Host = "rebound.example.invalid" }, 403},
		{"another port", "GET", "/" + token + "/", func(r *http.Request) { r.Host = "127.0.0.1:1" }, 403},
		{"an answer from elsewhere", "POST", "/" + token + "/answer", func(r *http.Request) { r.Header.Set("Origin", other) }, 403},
		{"an answer from nowhere", "POST", "/" + token + "/answer", func(r *http.Request) { r.Header.Del("Origin") }, 403},
		{"an answer from a file", "POST", "/" + token + "/answer", func(r *http.Request) { r.Header.Set("Origin", "null") }, 403},
		{"an answer with another host", "POST", "/" + token + "/answer", func(r *http.Request) { r.Host = "example.invalid" }, 403},
		{"what is no answer", "POST", "/" + token + "/answer", nil, 400},
		{"another method", "DELETE", "/" + token + "/", func(r *http.Request) { r.Header.Set("Origin", v.server.URL) }, 405},
	} {
		status, body, header := v.ask(c.method, c.path, "", c.change)
		if status != c.want {
			t.Errorf("%s: %d, want %d: %s", c.what, status, c.want, body)
		}
		if !strings.HasPrefix(header.Get("Content-Security-Policy"), "default-src 'none';") || header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: headers %v", c.what, header)
		}
		if status != 200 && strings.Contains(body, "cats") {
			t.Errorf("%s: refused, and yet it says %s", c.what, body)
		}
	}
	if n := len(v.ratings()); n != 0 {
		t.Errorf("%d ratings were kept", n)
	}
}

func TestAnAnswerIsKeptAtOnceAndTheBetterOneWins(t *testing.T) {
	v := start(t, "cats", "dogs", "birds", "fish")
	first := regexp.MustCompile(`(?s)First post</p>\s*<h2 id="post-1">By (\w)`)
	for i, answer := range []string{"1", "2", "=", "1"} {
		page := v.page()
		if page != v.page() {
			t.Error("a reload shows other posts")
		}
		if strings.Contains(page, "model-") {
			t.Errorf("the page tells whose posts they are:\n%s", page)
		}
		m := first.FindStringSubmatch(page)
		if m == nil {
			t.Fatal(page)
		}
		v.answer(page, answer)
		v.answer(page, answer) // twice sent, once counted
		all := v.ratings()
		if len(all) != i+1 {
			t.Fatalf("%d ratings after %d answers", len(all), i+1)
		}
		last := all[i]
		if last.Tie != (answer == "=") || !last.Tie && (last.A.Label == "model-"+m[1]) != (answer == "1") {
			t.Errorf("first was %s, the answer %s: %+v", m[1], answer, last)
		}
	}
	if page := v.page(); !strings.Contains(page, "4 of 4 pairs rated") || !strings.Contains(page, "No more pairs to rate") {
		t.Error(page)
	}
}

func TestUndoShowsTheLastPairAgainAndSkipRatesNothing(t *testing.T) {
	v := start(t, "cats", "dogs")
	one := v.page()
	v.answer(one, "1")
	two := v.page()
	v.answer(two, "undo")
	if back := v.page(); duelID.FindString(back) != duelID.FindString(one) || len(v.ratings()) != 0 {
		t.Errorf("%d ratings, and the page is\n%s", len(v.ratings()), back)
	}
	v.answer(v.page(), "skip")
	v.answer(v.page(), "skip")
	if page := v.page(); !strings.Contains(page, "0 of 2") || duelID.MatchString(page) {
		t.Errorf("a skipped pair comes again:\n%s", page)
	}
	v.answer("", "undo")
	if page := v.page(); !duelID.MatchString(page) {
		t.Error("a skip cannot be undone")
	}
}

func TestPostsAreTextAndEditedOnesAreLeftOut(t *testing.T) {
	v := start(t, "<img src=x>", "dogs")
	page := v.page()
	v.answer(page, "skip")
	page += v.page()
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "By a<script>") || strings.Contains(page, "<img") {
		t.Error(page)
	}
	if !strings.Contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;") {
		t.Errorf("what a model wrote is not shown:\n%s", page)
	}
	v = start(t, "cats")
	if err := os.WriteFile(filepath.Join(v.dir, "model-a", "cats.md"), []byte("---\ntitle: mine\n---\n\nmy own"), 0o666); err != nil {
		t.Fatal(err)
	}
	if page := v.page(); duelID.MatchString(page) {
		t.Error("a post that a person edited is shown as a model's")
	}
}
