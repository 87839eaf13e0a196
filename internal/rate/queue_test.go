package rate_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/rate"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

// several opens the pages of sessions over the posts of three models on n topics.
// The second model's posts are the longest.
func several(t *testing.T, n int, sessions ...rate.Session) (visits []*visit) {
	t.Helper()
	dir := t.TempDir()
	folder, err := output.Open(dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(folder.LedgerPath())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = l.Close(), folder.Close() })
	sink := &output.Sink{Folder: folder, Ledger: l, RunID: 1}
	for m, label := range []string{"a", "b", "c"} {
		for i := range n {
			topic := fmt.Sprint("topic-", i)
			if _, err := l.GiveSlugs(t.Context(), []ledger.TopicIdent{{Key: topic, Text: topic, Slug: topic, Clash: topic + "-2"}}); err != nil {
				t.Fatal(err)
			}
			res := &record.Result{ID: label + topic, Topic: topic, Slug: topic, Label: label, Model: label, Status: record.Done,
				// Of the third, every other post is longer than that of the first.
				Post: &contract.Post{Body: "Text.", Words: []int{300, 900, 200 + 200*(i%2)}[m]}}
			if _, err := sink.Save(t.Context(), res); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, one := range sessions {
		v := &visit{t: t, dir: dir, ledger: l, folder: folder}
		v.server = httptest.NewUnstartedServer(nil)
		v.server.Config.Handler = rate.Handler([]string{v.server.Listener.Addr().String()}, []string{token}, []*rate.Server{v.session(one)})
		v.server.Start()
		t.Cleanup(v.server.Close)
		visits = append(visits, v)
	}
	return visits
}

func TestRatersAreGivenEachPairOnceAndTheLeastKnownFirst(t *testing.T) {
	v := several(t, 3, rate.Session{Rater: "anna"})[0]
	times := map[string]int{}
	for n := range 9 {
		v.answer(v.page(), "=")
		all := v.ratings()
		times[all[n].A.Label+all[n].B.Label]++
		for _, k := range times {
			if k > n/3+1 {
				t.Errorf("after %d pairs: %v", n+1, times)
			}
		}
	}
	if page := v.page(); duelID.MatchString(page) || !strings.Contains(page, "9 of 9 pairs rated") {
		t.Errorf("a tenth pair of nine:\n%s", page)
	}
}

func TestLengthsAreBalancedWhereTheyCanBe(t *testing.T) {
	v := several(t, 20, rate.Session{Rater: "anna"})[0]
	for range 36 {
		v.answer(v.page(), "=")
	}
	longer := map[bool]int{}
	for _, r := range v.ratings() {
		if r.A.Label+r.B.Label == "ac" {
			longer[r.A.Words > r.B.Words]++
		}
	}
	if d := longer[true] - longer[false]; d < -1 || d > 1 || longer[true] < 3 {
		t.Errorf("the first model's post was the longer one %d times, and the shorter one %d times", longer[true], longer[false])
	}
}

// Two raters with an overlap have about 30% of their pairs in common, and two
// without one hardly any.
func TestRatersShareACommonPart(t *testing.T) {
	visits := several(t, 60, rate.Session{Rater: "anna", Overlap: 30}, rate.Session{Rater: "ben", Overlap: 30}, rate.Session{Rater: "carl"}, rate.Session{Rater: "dora"})
	for _, v := range visits {
		for range 20 {
			v.answer(v.page(), "1")
		}
	}
	by := map[string]map[string]bool{}
	for _, r := range visits[0].ratings() {
		if by[r.Rater] == nil {
			by[r.Rater] = map[string]bool{}
		}
		by[r.Rater][min(r.A.Job, r.B.Job)+max(r.A.Job, r.B.Job)] = true
	}
	common := func(a, b string) (n int) {
		for pair := range by[a] {
			if by[b][pair] {
				n++
			}
		}
		return n
	}
	if n := common("anna", "ben"); n < 6 || n > 13 {
		t.Errorf("%d of 20 pairs are common, with an overlap of 30%%", n)
	}
	if n := common("carl", "dora"); n > 8 {
		t.Errorf("%d of 20 pairs are common, without an overlap", n)
	}
}

func TestEachCriterionIsAskedInItsWordsAndACommentIsKept(t *testing.T) {
	criteria := []rate.Criterion{{Name: "clarity", Words: "Which post is clearer?"}, {Name: "tone", Words: "Which <b>tone</b> fits?"}}
	both := several(t, 2, rate.Session{Rater: "anna", Criteria: criteria, Target: 1}, rate.Session{Rater: "anna", Criteria: criteria})
	v := both[0]
	page := v.page()
	if !strings.Contains(page, "Which post is clearer?") || !strings.Contains(page, "Question 1 of 2") || !strings.Contains(page, "anna") || !strings.Contains(page, "0 of 1 pairs rated") {
		t.Error(page)
	}
	first := regexp.MustCompile(`<h1>(.*)</h1>`)
	id := duelID.FindStringSubmatch(page)[1]
	v.ask("POST", "/"+token+"/answer", "duel="+id+"&answer=1&comment=a+%3Cb%3E+%C3%A9", nil)
	second := v.page()
	if !strings.Contains(second, "Which &lt;b&gt;tone&lt;/b&gt; fits?") || first.FindString(second) != first.FindString(page) {
		t.Errorf("the second question is not about the same pair:\n%s", second)
	}
	// Another session begins where the first ended: only the second question of
	// this pair is open.
	for range 5 {
		both[1].answer(both[1].page(), "skip")
	}
	v.answer(second, "2")
	if page := v.page(); !strings.Contains(page, "1 of 1 pairs rated") || !strings.Contains(page, "as many pairs as planned") {
		t.Error(page)
	}
	all := v.ratings()
	if len(all) != 2 || all[0].Criterion != "clarity" || all[0].Comment != "a <b> é" || all[1].Criterion != "tone" || all[1].Comment != "" || all[0].Rater != "anna" {
		t.Errorf("%+v", all)
	}
	if all[0].First != all[0].A.Label || all[1].First != all[1].B.Label {
		t.Errorf("the first post won once and lost once: %+v", all)
	}
	v.answer("", "undo")
	v.answer("", "undo")
	if page := v.page(); !strings.Contains(page, "Question 1 of 2") || !strings.Contains(page, "0 of 1 pairs") || len(v.ratings()) != 0 {
		t.Errorf("after two undos:\n%s", page)
	}
}

func TestARaterWhoStoppedBetweenTwoQuestionsIsAskedTheSecond(t *testing.T) {
	criteria := []rate.Criterion{{Name: "clarity", Words: "Clearer?"}, {Name: "tone", Words: "Tone?"}}
	both := several(t, 1, rate.Session{Rater: "anna", Criteria: criteria}, rate.Session{Rater: "anna", Criteria: criteria})
	both[0].answer(both[0].page(), "1")
	var asked []string
	for range 5 {
		page := both[1].page()
		for _, c := range criteria {
			if strings.Contains(page, c.Words) {
				asked = append(asked, c.Words)
			}
		}
		both[1].answer(page, "1")
	}
	slices.Sort(asked)
	if want := []string{"Clearer?", "Clearer?", "Tone?", "Tone?", "Tone?"}; !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
}

// Each token opens one rater's page, at each address that is served.
func TestEachRaterHasATokenOfTheirOwn(t *testing.T) {
	v := several(t, 1, rate.Session{Rater: "anna"})[0]
	hosts, sessions := []string{"192.0.2.1:80", "127.0.0.1:80"}, []*rate.Server{v.session(rate.Session{Rater: "anna"}), v.session(rate.Session{Rater: "ben"})}
	handler := rate.Handler(hosts, []string{"first", "second"}, sessions)
	for _, c := range []struct {
		host, path, want string
		status           int
	}{
		{hosts[0], "/first/", "anna", 200}, {hosts[1], "/second/", "ben", 200}, {hosts[0], "/third/", "", 404}, {hosts[0], "/", "", 404},
		{"rebound.example.invalid", "/first/", "", 403}, {hosts[0], "/first/second/", "", 404}, {hosts[0], "/second", "", 404},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://"+c.host+c.path, nil)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s%s: %d, %s", c.host, c.path, w.Code, w.Body)
		}
		for _, name := range []string{"anna", "ben"} {
			if name != c.want && strings.Contains(w.Body.String(), name) {
				t.Errorf("%s%s names %s", c.host, c.path, name)
			}
		}
	}
}
