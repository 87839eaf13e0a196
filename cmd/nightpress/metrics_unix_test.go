//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/scripted"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scrape reads the metrics as Prometheus does.
func scrape(t *testing.T, url string) map[string]float64 {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s (%v)\n%s", resp.Status, err, text)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	all := map[string]float64{}
	for _, f := range families {
		samples, err := expfmt.ExtractSamples(&expfmt.DecodeOptions{Timestamp: model.Now()}, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range samples {
			all[s.Metric.String()] = float64(s.Value)
		}
	}
	return all
}

// A run is scraped while a reply arrives, and at its end, when the metrics say
// what the summary says.
func TestARunThatGoesOnIsScrapedAndAgreesWithItsSummary(t *testing.T) {
	server, err := scripted.Start("m:latest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Away)
	t.Chdir(topicsFile(t, "Tides", "Waves", "Foam"))
	t.Setenv("OLLAMA_HOST", server.Host())
	// on_finish runs when the summary was printed and before the program ends.
	if err := syscall.Mkfifo("gate", 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("models.toml", []byte("[run]\non_finish = ': > finished; read go < gate'\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	stdout, stderr := &locked{w: &out}, &locked{w: &bytes.Buffer{}}
	a := &app{args: []string{"nightpress", "run", "topics.csv", "-m", "m", "-j", "1", "--attempts", "1", "--json", "--metrics", "127.0.0.1:0"}, stdin: strings.NewReader(""), stdout: stdout, stderr: stderr, getenv: os.Getenv, environ: os.Environ, wall: time.Now}
	server.Next(scripted.Reply{Text: "Here is something about the sea, and it has no header line at all. It goes on for a while."})
	server.Hold()
	server.Release(2) // the rejected one and a post; the third is held
	ended := make(chan int)
	go func() { ended <- a.run(t.Context()) }()
	if err := server.Wait(t.Context(), func(s scripted.Seen) bool { return s.Holding == 1 && s.Replies >= 1 }); err != nil {
		t.Fatal(err)
	}
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+/metrics`).FindString(stderr.String())
	const of = `{model="m", server="default"}`
	// The last token and the commit of the one before come when they come.
	var got map[string]float64
	limit := time.NewTimer(storyLimit)
	defer limit.Stop()
	for again := time.NewTicker(5 * time.Millisecond); got[`nightpress_streams`+of] != 1 || got[`nightpress_run_jobs{model="m", status="left"}`] != 1; {
		select {
		case <-again.C:
			got = scrape(t, url)
		case <-limit.C:
			t.Fatalf("waited in vain: %v", got)
		}
	}
	for name, want := range map[string]float64{
		`nightpress_requests_total` + of: 3, `nightpress_time_to_first_token_seconds_count` + of: 3, `nightpress_model_loads_total` + of: 1, `nightpress_workers` + of: 1,
		`nightpress_jobs_total{cause="field-missing", model="m", server="default", status="rejected"}`: 1,
		`nightpress_jobs_total{cause="", model="m", server="default", status="done"}`:                  1,
		`nightpress_server_up{server="default"}`:                                                       1,
		`nightpress_build_info{goversion="` + runtime.Version() + `", version="dev"}`:                  1,
	} {
		if value, ok := got[name]; !ok || value != want {
			t.Errorf("%s is %v (%v), want %v", name, value, ok, want)
		}
	}
	server.Release(-1)
	waitForFile(t, "finished")
	last := scrape(t, url)
	agreesWithStatus(t, last)
	if err := os.WriteFile("gate", []byte("go\n"), 0); err != nil {
		t.Fatal(err)
	}
	if code := <-ended; code != 3 {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	var s struct {
		Event string
		record.Summary
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &s); err != nil || s.Event != "summary" || s.Written != 2 || s.Rejected != 1 {
		t.Fatalf("summary %+v (%v)", s, err)
	}
	for name, want := range map[string]int{
		`nightpress_run_jobs{model="m", status="there"}`:                                               s.There(),
		`nightpress_run_jobs{model="m", status="rejected"}`:                                            s.Rejected,
		`nightpress_run_jobs{model="m", status="left"}`:                                                s.Left,
		`nightpress_jobs_total{cause="", model="m", server="default", status="done"}`:                  s.Servers[0].Posts,
		`nightpress_jobs_total{cause="field-missing", model="m", server="default", status="rejected"}`: s.Servers[0].Rejected,
		`nightpress_prompt_tokens_total` + of:                                                          s.PromptTokens,
		`nightpress_model_loads_total` + of:                                                            s.Servers[0].Loads,
		`nightpress_outages_total` + of:                                                                s.Servers[0].Outages,
		`nightpress_streams` + of:                                                                      0,
		`nightpress_run_stopping`:                                                                      1,
	} {
		if value, ok := last[name]; !ok || value != float64(want) {
			t.Errorf("%s is %v (%v), and the summary has %d", name, value, ok, want)
		}
	}
	if last[`nightpress_tokens_total`+of] == 0 {
		t.Errorf("no tokens: %v", last)
	}
	if _, err := http.Get(url); err == nil {
		t.Error("the metrics are served although the run is over")
	}
}

// agreesWithStatus asks status, which reads the ledger, for what the metrics say.
func agreesWithStatus(t *testing.T, metrics map[string]float64) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{args: []string{"nightpress", "status", "--json"}, stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: os.Getenv, environ: os.Environ, wall: time.Now}
	a.run(t.Context())
	var s struct {
		There, Left int
		Models      []struct{ Rejected int }
		Problems    []struct{ Code string }
	}
	if err := json.Unmarshal(out.Bytes(), &s); err != nil || len(s.Models) != 1 || len(s.Problems) != 1 {
		t.Fatalf("%v\n%s%s", err, &out, &errs)
	}
	for name, want := range map[string]int{
		`nightpress_run_jobs{model="m", status="there"}`:                                                            s.There,
		`nightpress_run_jobs{model="m", status="left"}`:                                                             s.Left,
		`nightpress_run_jobs{model="m", status="rejected"}`:                                                         s.Models[0].Rejected,
		`nightpress_jobs_total{cause="` + s.Problems[0].Code + `", model="m", server="default", status="rejected"}`: 1,
	} {
		if value, ok := metrics[name]; !ok || value != float64(want) {
			t.Errorf("%s is %v (%v), and status has %d", name, value, ok, want)
		}
	}
}

func waitForFile(t *testing.T, path string) {
	t.Helper()
	limit := time.NewTimer(storyLimit)
	defer limit.Stop()
	for again := time.NewTicker(5 * time.Millisecond); ; {
		if _, err := os.Stat(path); err == nil {
			return
		}
		select {
		case <-again.C:
		case <-limit.C:
			t.Fatal(fmt.Errorf("waited in vain for %s", path))
		}
	}
}
