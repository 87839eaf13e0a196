package e2e

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A run on the real server is scraped until its end. on_event sends the end to a
// file, with the counts of the summary.
func TestARunOnTheRealServerIsScraped(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "models.toml"), []byte("[run]\non_event = 'echo \"$NIGHTPRESS_EVENT|$NIGHTPRESS_WRITTEN|$NIGHTPRESS_TEXT\" >> events'\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := command(dir, "run", examples(t), "-m", "rehearsal-steady", "-j", "2", "--limit", "2", "--metrics", "127.0.0.1:0")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	said := bufio.NewReader(stderr)
	url := ""
	for url == "" {
		line, err := said.ReadString('\n')
		if err != nil {
			t.Fatalf("no address is told: %v", err)
		}
		url = regexp.MustCompile(`http://127\.0\.0\.1:\d+/metrics`).FindString(line)
	}
	rest := make(chan string)
	go func() {
		text, _ := io.ReadAll(said)
		rest <- string(text)
	}()
	var last string
	streams := 0.0
	for again := time.NewTicker(10 * time.Millisecond); ; <-again.C {
		resp, err := http.Get(url)
		if err != nil {
			break // the run is over
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			break
		}
		last = string(text)
		if n, ok := metricValue(last, "nightpress_streams"); ok {
			streams = max(streams, n)
		}
	}
	summary := <-rest
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 4 {
		t.Fatalf("%v\n%s", err, summary)
	}
	if streams < 1 || streams > 2 {
		t.Errorf("at most %v streams, with two workers", streams)
	}
	for name, least := range map[string]float64{
		"nightpress_jobs_total": 1, "nightpress_requests_total": 2, "nightpress_tokens_total": 100, "nightpress_prompt_tokens_total": 100,
		"nightpress_model_loads_total": 1, "nightpress_model_load_seconds_total": 0.001, "nightpress_time_to_first_token_seconds_count": 2, "nightpress_server_up": 1,
	} {
		if n, ok := metricValue(last, name); !ok || n < least {
			t.Errorf("%s is %v (%v), at least %v is wanted", name, n, ok, least)
		}
	}
	events, err := os.ReadFile(filepath.Join(dir, "events"))
	if want := regexp.MustCompile(`^done\|(\d+)\|(\d+) of \d+ posts there: stopped by its own limit`).FindSubmatch(events); err != nil || want == nil || string(want[1]) != string(want[2]) ||
		!strings.Contains(summary, string(want[1])+" of ") {
		t.Errorf("events %q (%v)\n%s", events, err, summary)
	}
}

// metricValue is the first value of a metric in a text.
func metricValue(text, name string) (float64, bool) {
	m := regexp.MustCompile(`(?m)^` + name + `(?:\{[^}]*\})? (\S+)$`).FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(m[1], 64)
	return n, err == nil
}
