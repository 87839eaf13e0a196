package metrics

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

var began = time.Unix(1_800_000_000, 0)

// full is a run in which every metric has a value.
func full() *live.Snapshot {
	end, until := began.Add(time.Hour), began.Add(8*time.Hour)
	p := live.Pair{
		Server: "big", Label: "qwen3-8b", Model: "qwen3:8b", Posts: 7, Rejected: 3, Causes: map[string]int{"field-missing": 2, "request-failed": 1},
		Requests: 15, Tokens: 9000, PromptTokens: 4000, TokensPerSecond: 71.5, Streams: 4, Queued: 1, Workers: 5, Slots: 4,
		Loads: 2, LoadSeconds: 6.25, Reloads: 1, Outages: 1, FirstTokens: live.Histogram{Count: 3, Sum: 4.5},
	}
	for i, bound := range live.FirstTokenBounds {
		for _, seconds := range []float64{.4, 1.1, 3} {
			if seconds <= bound {
				p.FirstTokens.Buckets[i]++
			}
		}
	}
	return &live.Snapshot{
		Since: began, End: &end, Until: &until, State: live.Paused,
		Models:  []live.Model{{Label: "qwen3-8b", Jobs: 100, There: 50, Rejected: 4, SetAside: 6, Left: 40}},
		Servers: []live.Server{{Name: "big", State: live.Working, AwaySeconds: 30, Outages: 1}, {Name: "", State: live.Away, AwaySeconds: 9, Outages: 2}},
		Pairs:   []live.Pair{p, {Label: "qwen3-8b", Model: "qwen3:8b"}},
	}
}

// gather collects a snapshot as a scrape does.
func gather(t *testing.T, c *collector) []*dto.MetricFamily {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(c)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families
}

func collecting(s *live.Snapshot) *collector {
	return &collector{version: "1.2.3", snapshot: func() *live.Snapshot { return s }, away: map[string]float64{}}
}

// values are the samples of a text of metrics as Prometheus reads it.
func values(t *testing.T, text string) map[string]float64 {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	all := map[string]float64{}
	samples, err := expfmt.ExtractSamples(&expfmt.DecodeOptions{Timestamp: model.Now()}, sorted(families)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		all[s.Metric.String()] = float64(s.Value)
	}
	return all
}

func sorted(families map[string]*dto.MetricFamily) (all []*dto.MetricFamily) {
	for _, f := range families {
		all = append(all, f)
	}
	return all
}

func TestEveryFigureOfASnapshotIsAMetric(t *testing.T) {
	s, err := Listen("0", "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	code, before, _ := get(t, s, http.MethodGet, Path, "", "")
	if got := values(t, before); code != http.StatusOK || len(got) != 1 {
		t.Errorf("before a run: %d, %v", code, got)
	}
	s.Follow(full)
	_, text, _ := get(t, s, http.MethodGet, Path, "", "")
	got := values(t, text)
	const of = `{model="qwen3-8b", server="big"}`
	for name, want := range map[string]float64{
		`nightpress_run_jobs{model="qwen3-8b", status="there"}`:                                            50,
		`nightpress_run_jobs{model="qwen3-8b", status="rejected"}`:                                         4,
		`nightpress_run_jobs{model="qwen3-8b", status="set_aside"}`:                                        6,
		`nightpress_run_jobs{model="qwen3-8b", status="left"}`:                                             40,
		`nightpress_run_start_time_seconds`:                                                                1_800_000_000,
		`nightpress_run_expected_end_time_seconds`:                                                         1_800_003_600,
		`nightpress_run_until_time_seconds`:                                                                1_800_028_800,
		`nightpress_run_paused`:                                                                            1,
		`nightpress_run_stopping`:                                                                          0,
		`nightpress_jobs_total{cause="", model="qwen3-8b", server="big", status="done"}`:                   7,
		`nightpress_jobs_total{cause="field-missing", model="qwen3-8b", server="big", status="rejected"}`:  2,
		`nightpress_jobs_total{cause="request-failed", model="qwen3-8b", server="big", status="rejected"}`: 1,
		`nightpress_requests_total` + of:                                                                   15,
		`nightpress_tokens_total` + of:                                                                     9000,
		`nightpress_prompt_tokens_total` + of:                                                              4000,
		`nightpress_tokens_per_second` + of:                                                                71.5,
		`nightpress_streams` + of:                                                                          4,
		`nightpress_queued_requests` + of:                                                                  1,
		`nightpress_workers` + of:                                                                          5,
		`nightpress_slots` + of:                                                                            4,
		`nightpress_model_loads_total` + of:                                                                2,
		`nightpress_model_load_seconds_total` + of:                                                         6.25,
		`nightpress_model_reloads_total` + of:                                                              1,
		`nightpress_outages_total` + of:                                                                    1,
		`nightpress_outages_total{model="", server="default"}`:                                             2,
		`nightpress_server_up{server="big"}`:                                                               1,
		`nightpress_server_up{server="default"}`:                                                           0,
		`nightpress_server_away_seconds_total{server="default"}`:                                           9,
		`nightpress_time_to_first_token_seconds_count` + of:                                                3,
		`nightpress_time_to_first_token_seconds_sum` + of:                                                  4.5,
		`nightpress_time_to_first_token_seconds_bucket{le="0.25", model="qwen3-8b", server="big"}`:         0,
		`nightpress_time_to_first_token_seconds_bucket{le="2.5", model="qwen3-8b", server="big"}`:          2,
		`nightpress_time_to_first_token_seconds_bucket{le="+Inf", model="qwen3-8b", server="big"}`:         3,
	} {
		value, ok := got[name]
		if !ok || value != want {
			t.Errorf("%s is %v (%v), want %v", name, value, ok, want)
		}
	}
	// What is not known is missing, and not 0.
	for _, name := range []string{`nightpress_slots{model="qwen3-8b", server="default"}`, `nightpress_workers{model="qwen3-8b", server="default"}`} {
		if value, ok := got[name]; ok {
			t.Errorf("%s is %v", name, value)
		}
	}
}

func TestNamesFollowTheConventions(t *testing.T) {
	families := gather(t, collecting(full()))
	if len(families) < 20 {
		t.Fatalf("only %d metrics", len(families))
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// The labels of a run over a million topics are those of one over ten.
func TestTheNumberOfMetricsDoesNotGrowWithTheTopics(t *testing.T) {
	tracker := live.Follow(live.About{Servers: []live.AboutServer{{Name: "a"}, {Name: "b"}}, Now: time.Now, Clock: time.Now})
	series := func() (n int) {
		for _, f := range gather(t, &collector{snapshot: tracker.Snapshot, away: map[string]float64{}}) {
			n += len(f.Metric)
		}
		return n
	}
	causes := contract.ProblemCodes()
	do := func(jobs int) {
		for i := range jobs {
			j := &batch.Job{Slug: fmt.Sprint(i), Topic: fmt.Sprint("topic ", i), Model: llm.Model{Name: "m:latest", Label: "m"}}
			for _, server := range []string{"a", "b"} {
				tracker.Event(batch.Started{Server: server, Job: j, N: 1})
				tracker.Event(batch.FirstToken{Server: server, Job: j, Took: time.Duration(i) * time.Millisecond})
				tracker.Event(batch.Closed{Server: server, Job: j})
				bad := record.Attempt{Server: server, Problems: []contract.Problem{{Code: causes[i%len(causes)].Code, Message: fmt.Sprint("message ", i)}}}
				tracker.Result(&record.Result{Topic: j.Topic, Slug: j.Slug, Label: "m", Model: "m:latest", Server: server, Status: record.Rejected, Reason: fmt.Sprint("reason ", i), Attempts: []record.Attempt{bad}})
			}
		}
	}
	do(len(causes))
	few := series()
	do(5000)
	if many := series(); many != few || few < 20 {
		t.Errorf("%d series, and then %d", few, many)
	}
}

// A counter that falls is a restart for Prometheus: it would count the hours
// before once more.
func TestTheTimeAwayNeverFalls(t *testing.T) {
	s := full()
	c := collecting(s)
	away := func() float64 {
		for _, f := range gather(t, c) {
			if f.GetName() == "nightpress_server_away_seconds_total" {
				return f.Metric[0].GetCounter().GetValue()
			}
		}
		t.Fatal("it is missing")
		return 0
	}
	before := away()
	s.Servers[0].AwaySeconds -= .01
	if after := away(); after != before {
		t.Errorf("%v after %v", after, before)
	}
}

func TestLabelsFromElsewhereAreReadAsTheyAre(t *testing.T) {
	hostile := "a\"b\\c\nd}\x00\u202e é\xff"
	snapshot := full()
	snapshot.Servers[0].Name, snapshot.Pairs[0].Server, snapshot.Pairs[0].Label = hostile, hostile, hostile
	s, err := Listen(":0", hostile)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Follow(func() *live.Snapshot { return snapshot })
	code, text, _ := get(t, s, http.MethodGet, Path, "", "")
	if code != http.StatusOK {
		t.Fatalf("%d\n%s", code, text)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ToValidUTF8(hostile, "\ufffd")
	for _, l := range families["nightpress_tokens_total"].Metric[0].Label {
		if l.GetValue() == want {
			return
		}
	}
	t.Errorf("no label is %q\n%s", want, text)
}

// get sends a request with a Host and an Accept; "" is the usual one.
func get(t *testing.T, s *Server, method, path, host, accept string) (code int, body string, header http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.listener.Addr().String()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text), resp.Header
}

func TestOnlyReadingRequestsThatMeanThisMachineAreAnswered(t *testing.T) {
	s, err := Listen("localhost:0", "dev")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []struct {
		method, path, host string
		code               int
	}{
		{http.MethodGet, Path, "", http.StatusOK},
		{http.MethodHead, Path, "", http.StatusOK},
		{http.MethodGet, Path, "127.0.0.1:9095", http.StatusOK},
		{http.MethodGet, Path, "[::1]:9095", http.StatusOK},
		{http.MethodGet, Path, "LOCALHOST", http.StatusOK},
		{http.MethodGet, Path, "evil.example:9095", http.StatusForbidden},
		{http.MethodGet, Path, "localhost.evil.example", http.StatusForbidden},
		{http.MethodGet, Path, "127.0.0.1.nip.io", http.StatusForbidden},
		{http.MethodPost, Path, "", http.StatusMethodNotAllowed},
		{http.MethodDelete, Path, "", http.StatusMethodNotAllowed},
		{http.MethodPost, Path, "evil.example", http.StatusForbidden},
		{http.MethodGet, "/", "", http.StatusNotFound},
		{http.MethodGet, "/metrics/x", "", http.StatusNotFound},
		{http.MethodGet, "/debug/pprof/", "", http.StatusNotFound},
	} {
		code, body, header := get(t, s, c.method, c.path, c.host, "")
		if code != c.code {
			t.Errorf("%s %s of %q: %d, want %d", c.method, c.path, c.host, code, c.code)
		}
		if strings.Contains(body, "nightpress_build_info") != (code == http.StatusOK && c.method == http.MethodGet) {
			t.Errorf("%s %s of %q: %d\n%s", c.method, c.path, c.host, code, body)
		}
		if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cross-Origin-Resource-Policy") != "same-origin" || header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s %s of %q: headers %v", c.method, c.path, c.host, header)
		}
	}
}

func TestEachFormatThatPrometheusAsksForIsWritten(t *testing.T) {
	s, err := Listen("0", "dev")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Follow(full)
	for accept, want := range map[string]string{
		"": "text/plain",
		"application/openmetrics-text;version=1.0.0":                                                 "application/openmetrics-text",
		"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited": "application/vnd.google.protobuf",
	} {
		code, body, header := get(t, s, http.MethodGet, Path, "", accept)
		if code != http.StatusOK || !strings.HasPrefix(header.Get("Content-Type"), want) || !strings.Contains(body, "nightpress_jobs") {
			t.Errorf("%q: %d, %s\n%.300s", accept, code, header.Get("Content-Type"), body)
		}
		if strings.HasSuffix(body, "# EOF\n") != (want == "application/openmetrics-text") {
			t.Errorf("%q ends with %q", accept, body[len(body)-20:])
		}
	}
}

func TestAnAddressIsOfTheLoopbackUnlessAHostIsWrittenOut(t *testing.T) {
	for text, want := range map[string]string{
		"9095": "127.0.0.1 9095", ":9095": "127.0.0.1 9095", "0": "127.0.0.1 0", "127.0.0.1:09095": "127.0.0.1 9095", "localhost:1": "localhost 1",
		"0.0.0.0:9095": "0.0.0.0 9095", "[::1]:9095": "::1 9095", "[::]:9095": ":: 9095", "nas.local:65535": "nas.local 65535",
	} {
		if host, port, err := parse(text); err != nil || host+" "+port != want {
			t.Errorf("%q is %q %q (%v)", text, host, port, err)
		}
	}
	for _, text := range []string{"", "x", "localhost", "127.0.0.1", "::1:9095", "::1", "[::1]", "127.0.0.1:", "1.2.3.4:65536", ":-1", ":http", "http://127.0.0.1:9095", "127.0.0.1:9095/metrics", "a b:1", "me@host:1"} {
		_, err := Listen(text, "dev")
		if exit.Code(err) != exit.BadUsage || len(hint.Of(err)) != 1 {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAPortInUseIsAnErrorWithAHint(t *testing.T) {
	s, err := Listen("0", "dev")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	address := s.listener.Addr().String()
	_, err = Listen(address, "dev")
	if exit.Code(err) != exit.CannotRun || len(hint.Of(err)) == 0 || !strings.Contains(err.Error(), "--metrics "+address+": ") || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("error: %v", err)
	}
	if s.open() {
		t.Errorf("%s is open to other machines", address)
	}
}

func TestAServerThatIsOpenKnowsIt(t *testing.T) {
	for ip, open := range map[string]bool{"127.0.0.1": false, "127.8.8.8": false, "::1": false, "0.0.0.0": true, "::": true, "192.168.1.2": true} {
		s := &Server{listener: at{ip: net.ParseIP(ip)}}
		if s.open() != open {
			t.Errorf("%s: %v", ip, s.open())
		}
		if notes := strings.Join(s.Notes(), "\n"); !strings.HasPrefix(notes, "metrics are at http://"+s.listener.Addr().String()+"/metrics") || strings.Contains(notes, "other machines can read") != open {
			t.Errorf("%s: %s", ip, notes)
		}
	}
}

// at is a listener that only has an address: a test listens on no other than the
// loopback.
type at struct {
	net.Listener
	ip net.IP
}

func (a at) Addr() net.Addr { return &net.TCPAddr{IP: a.ip, Port: 9095} }

// A client that says nothing, or says it slowly, is left, and others are answered.
func TestASlowClientHoldsNobodyUp(t *testing.T) {
	s, err := listen("0", "dev", 100*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	slow, err := net.Dial("tcp", s.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if _, err := io.WriteString(slow, "GET /metrics HTTP/1.1\r\nHo"); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := get(t, s, http.MethodGet, Path, "", ""); code != http.StatusOK {
		t.Errorf("code %d", code)
	}
	if err := slow.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(slow).ReadString('\n'); err == nil && !strings.Contains(line, " 4") {
		t.Errorf("the slow client is told %q", line)
	} else if e, ok := err.(net.Error); ok && e.Timeout() {
		t.Error("the slow client is not left")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// Scrapes go on while the run does.
func TestManyScrapeWhileARunGoesOn(t *testing.T) {
	tracker := live.Follow(live.About{Servers: []live.AboutServer{{Name: "a"}}, Now: time.Now, Clock: time.Now})
	s, err := Listen("0", "dev")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Follow(tracker.Snapshot)
	ctx, cancel := context.WithCancel(t.Context())
	var events sync.WaitGroup
	events.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			j := &batch.Job{Model: llm.Model{Name: "m", Label: fmt.Sprint("m", i%5)}}
			tracker.Event(batch.Started{Server: "a", Job: j})
			tracker.Event(batch.Tokens{Server: "a", Job: j, N: 1})
			tracker.Event(batch.Closed{Server: "a", Job: j})
			tracker.Counted(live.Counts{Jobs: i}, []live.Model{{Label: "m0", Left: i}})
		}
	})
	var scrapes sync.WaitGroup
	for range 4 {
		scrapes.Go(func() {
			for range 20 {
				if code, text, _ := get(t, s, http.MethodGet, Path, "", ""); code != http.StatusOK {
					t.Errorf("%d\n%s", code, text)
				}
			}
		})
	}
	scrapes.Wait()
	cancel()
	events.Wait()
}

func TestWithoutAServerNothingIsServed(t *testing.T) {
	var s *Server
	s.Follow(full)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
