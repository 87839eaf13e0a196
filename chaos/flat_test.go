//go:build linux

package chaos

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// quick is a server that answers everything at once, so that what is measured
// is the program.
type quick struct {
	*httptest.Server
	replies     atomic.Int64
	connections atomic.Int64
	// reached is told each number of replies that is a multiple of step.
	step    int64
	reached func(n int64)
}

func newQuick(t *testing.T) *quick {
	t.Helper()
	q := &quick{}
	mux := http.NewServeMux()
	for path, text := range map[string]string{
		"/api/version": `{"version":"0.17.4"}`,
		"/api/tags":    `{"models":[{"name":"quick:latest","digest":"` + strings.Repeat("5c21", 16) + `","size":1048576,"details":{"format":"gguf"}}]}`,
		"/api/show":    `{"model_info":{"general.architecture":"llama","llama.context_length":131072},"capabilities":["completion"]}`,
		"/api/status":  `{"cloud":{"disabled":true,"source":"env"}}`,
		"/api/ps":      `{"models":[]}`,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) })
	}
	mux.HandleFunc("/api/chat", q.chat)
	q.Server = httptest.NewUnstartedServer(mux)
	q.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			q.connections.Add(1)
		case http.StateClosed, http.StateHijacked:
			q.connections.Add(-1)
		}
	}
	q.Start()
	t.Cleanup(q.Close)
	return q
}

func (q *quick) chat(w http.ResponseWriter, r *http.Request) {
	var chat struct {
		Messages  []struct{ Content string }
		KeepAlive json.RawMessage `json:"keep_alive"`
	}
	if err := json.NewDecoder(r.Body).Decode(&chat); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	line := func(text, end string) {
		_ = json.NewEncoder(w).Encode(map[string]any{
			"message": map[string]string{"role": "assistant", "content": text}, "done": end != "", "done_reason": end,
			"prompt_eval_count": 700, "eval_count": 600,
		})
	}
	if len(chat.Messages) == 0 {
		line("", map[bool]string{true: "unload", false: "load"}[string(chat.KeepAlive) == `"0s"`])
		return
	}
	for piece := range strings.SplitAfterSeq(article, "\n") {
		line(piece, "")
	}
	line("", "stop")
	if n := q.replies.Add(1); n%q.step == 0 {
		q.reached(n)
	}
}

// article is a reply that meets the built-in contract and says nothing twice.
var article = func() string {
	var b strings.Builder
	b.WriteString("TITLE: Careful work\nMETA_DESCRIPTION: What a careful person does first, what can wait, and how to see that it is done.\n")
	b.WriteString("TAGS: work, care, order\nCATEGORIES: Tutorials\n\nWork that is done with care is done once.\n")
	who := []string{"A gardener", "The baker", "My neighbour", "An old sailor", "Her teacher", "One clerk", "Every nurse"}
	does := []string{"keeps", "sorts", "counts", "mends", "draws"}
	what := []string{"a drawer of seeds", "twelve loaves", "the letters of a year", "ropes and sails", "slates for the class", "stamps by colour",
		"clean linen", "maps of the coast", "keys without a lock", "jars for the winter", "notes about the weather"}
	for i := range 60 {
		if i%20 == 0 {
			fmt.Fprintf(&b, "\n## Part %d\n\n", i/20+1)
		}
		fmt.Fprintf(&b, "%s %s %s.\n", who[i%len(who)], does[i%len(does)], what[i%len(what)])
	}
	return b.String() + "\n</EndOFText>\n"
}()

// sample is what a process holds at one moment.
type sample struct {
	replies                      int64
	rss, files, sockets, threads int // rss in KiB
	connections                  int64
	at                           time.Time
}

// look reads what the kernel says of a process.
func look(pid int) (s sample) {
	s.at = time.Now()
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		switch fields[0] {
		case "VmRSS:":
			s.rss, _ = strconv.Atoi(fields[1])
		case "Threads:":
			s.threads, _ = strconv.Atoi(fields[1])
		}
	}
	open, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, fd := range open {
		s.files++
		if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, "socket:") {
			s.sockets++
		}
	}
	return s
}

// A run of many jobs holds at its end what it held at its beginning. What the
// first quarter needs (caches, buffers, the pool) is the measure.
func TestMemoryFilesAndSocketsStayFlatOverManyJobs(t *testing.T) {
	jobs := rounds(800, 100_000)
	q := newQuick(t)
	f := newFolder(t, t.TempDir(), jobs, "", "quick")
	var mu sync.Mutex
	var samples []sample
	var r *running
	begun := make(chan struct{})
	q.step = int64(jobs / 40)
	q.reached = func(n int64) {
		<-begun
		s := look(r.cmd.Process.Pid)
		s.replies, s.connections = n, q.connections.Load()
		mu.Lock()
		defer mu.Unlock()
		samples = append(samples, s)
	}
	r = f.start(t, strings.TrimPrefix(q.URL, "http://"), "-j", "8", "--quiet")
	close(begun)
	r.wantExit(t, 0)
	if q.replies.Load() != int64(jobs) || len(samples) != 40 {
		t.Fatalf("%d replies for %d jobs, %d samples", q.replies.Load(), jobs, len(samples))
	}
	first, last := most(samples[:10]), most(samples[30:])
	t.Logf("%d jobs, a sample each %d; most of the first and of the last quarter:", jobs, q.step)
	t.Logf("memory %d and %d KiB at the median, %d and %d at the most; files %d and %d, sockets %d and %d, threads %d and %d, connections at the server %d and %d",
		median(samples[:10]), median(samples[30:]), first.rss, last.rss, first.files, last.files, first.sockets, last.sockets, first.threads, last.threads, first.connections, last.connections)
	t.Logf("%.0f jobs a second", float64(last.replies-first.replies)/last.at.Sub(first.at).Seconds())
	for what, pair := range map[string][2]int{
		// How much garbage there is at a moment is chance; what stays is not.
		"memory":      {median(samples[:10]), median(samples[30:])},
		"files":       {first.files, last.files},
		"sockets":     {first.sockets, last.sockets},
		"threads":     {first.threads, last.threads},
		"connections": {int(first.connections), int(last.connections)},
	} {
		// Half as much again, and a few: threads and buffers come and go.
		if pair[0] == 0 || pair[1] > pair[0]*3/2+4 {
			t.Errorf("%s grew from %d to %d", what, pair[0], pair[1])
		}
	}
}

// median is the memory in the middle.
func median(all []sample) int {
	rss := make([]int, len(all))
	for i, s := range all {
		rss[i] = s.rss
	}
	slices.Sort(rss)
	return rss[len(rss)/2]
}

// most is the greatest of each kind.
func most(all []sample) (m sample) {
	for _, s := range all {
		m = sample{
			max(m.replies, s.replies), max(m.rss, s.rss), max(m.files, s.files), max(m.sockets, s.sockets), max(m.threads, s.threads),
			max(m.connections, s.connections), s.at,
		}
	}
	return m
}
