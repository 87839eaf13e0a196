package e2e

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/rehearsal"
)

// logged is what the server has written to its log since the file had this
// size.
func logged(t *testing.T, since int64) string {
	t.Helper()
	text, err := os.ReadFile(serverLog)
	if err != nil {
		t.Fatal(err)
	}
	return string(text[since:])
}

func logSize(t *testing.T) int64 {
	t.Helper()
	info, err := os.Stat(serverLog)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// loads counts the loads of models in a part of the log: the server starts a process
// for each, and says so with its command line (v0.17.4: a runner; v0.33.0-rc2: a
// llama-server).
func loads(log string) (n int) {
	for line := range strings.Lines(log) {
		if (strings.Contains(line, `msg="starting runner"`) || strings.Contains(line, `msg="starting llama-server"`)) && strings.Contains(line, "--model") {
			n++
		}
	}
	return n
}

// topicFile writes a file of n topics.
func topicFile(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("topic\n")
	for i := range n {
		fmt.Fprintf(&b, "What number %d has to tell\n", i+1)
	}
	path := filepath.Join(t.TempDir(), "topics.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// client speaks to the tests' server as the program does.
func client(t *testing.T) *ollama.Client {
	t.Helper()
	base, err := ollama.ParseHost(host)
	if err != nil {
		t.Fatal(err)
	}
	return ollama.New(base, ollama.Options{})
}

// The server holds one model at a time, so that each change of the model would
// be a load. Two settings of one model share its load.
func TestThreeModelsTimesFortyTopicsCostThreeLoads(t *testing.T) {
	dir := t.TempDir()
	toml := "[defaults]\nattempts = 2\nworkers = 4\n"
	for _, m := range []string{"steady", "sloppy", "cut"} {
		toml += fmt.Sprintf("[[model]]\nname = \"rehearsal-%s\"\n", m)
	}
	toml += "[[model]]\nname = \"rehearsal-steady\"\nlabel = \"warmer\"\n[model.options]\ntemperature = 0.9\n"
	if err := os.WriteFile(filepath.Join(dir, "models.toml"), []byte(toml), 0o666); err != nil {
		t.Fatal(err)
	}
	// The one in memory comes first, whatever the file's order.
	if err := client(t).Load(t.Context(), llm.Model{Name: "rehearsal-sloppy", NumCtx: 8192, NumPredict: 4096}); err != nil {
		t.Fatal(err)
	}
	since := logSize(t)
	r := nightpress(dir, "run", topicFile(t, 40), "--json", "--quiet")
	if r.code != 3 && r.code != 0 {
		t.Fatalf("exit %d\n%s", r.code, r.stderr)
	}
	jobs, sum := lines(t, r.stdout)
	if len(jobs) != 160 || sum.Jobs != 160 || sum.Written+sum.Rejected != 160 {
		t.Errorf("%d jobs, %+v", len(jobs), sum)
	}
	var labels []string
	for _, j := range jobs {
		if !slices.Contains(labels, j.Label) {
			labels = append(labels, j.Label)
		}
	}
	if got := strings.Join(labels, " "); got != "rehearsal-sloppy rehearsal-steady warmer rehearsal-cut" {
		t.Errorf("the order was %s", got)
	}
	// One of the three was in memory already.
	if n := loads(logged(t, since)); n != 2 {
		t.Errorf("%d loads, want 2: the third model was loaded before", n)
	}
	if loaded, err := client(t).Loaded(t.Context()); err != nil || len(loaded) != 0 {
		t.Errorf("left in memory: %v, %v", loaded, err)
	}
}

// broken installs a model that the server lists, shows and cannot load: its
// header promises a layer more than the file has.
func broken(t *testing.T, c *ollama.Client, name string) {
	t.Helper()
	m := rehearsal.Models()[0]
	var file bytes.Buffer
	if _, err := m.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	key := []byte("llama.block_count")
	at := bytes.Index(file.Bytes(), key)
	if at < 0 {
		t.Fatal("no block count")
	}
	// The type of the value, uint32, stands before it.
	binary.LittleEndian.PutUint32(file.Bytes()[at+len(key)+4:], 2)
	if err := c.Create(t.Context(), name, bytes.NewReader(file.Bytes()), m.Template, m.Parameters); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Delete(context.WithoutCancel(t.Context()), name) })
}

// installEmbedding installs a model that makes vectors and no text: what tells
// it from others is one key of its file.
func installEmbedding(t *testing.T, c *ollama.Client, name string) {
	t.Helper()
	m := rehearsal.Models()[0]
	var file, keys bytes.Buffer
	if _, err := m.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	// Two keys of 64 bytes together, so that the data stays aligned.
	for _, key := range []string{"llama.pooling_type", "nightpress.pad"} {
		_ = binary.Write(&keys, binary.LittleEndian, uint64(len(key)))
		keys.WriteString(key)
		_ = binary.Write(&keys, binary.LittleEndian, [2]uint32{4, 1}) // uint32, mean
	}
	const counts = 16 // where the number of keys stands; the keys follow it
	data := file.Bytes()
	binary.LittleEndian.PutUint64(data[counts:], binary.LittleEndian.Uint64(data[counts:])+2)
	data = slices.Concat(data[:counts+8], keys.Bytes(), data[counts+8:])
	t.Cleanup(func() { _ = c.Delete(context.WithoutCancel(t.Context()), name) })
	if err := c.Create(t.Context(), name, bytes.NewReader(data), m.Template, m.Parameters); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Inspect(t.Context(), name); err == nil || !strings.Contains(err.Error(), "it cannot write") {
		t.Fatalf("the server takes it for a model that writes: %v", err)
	}
}

// planned are the lines of plan --json.
func planned(t *testing.T, stdout string) (all []plannedLine) {
	t.Helper()
	for l := range strings.Lines(stdout) {
		var p plannedLine
		if err := json.Unmarshal([]byte(l), &p); err != nil {
			t.Fatalf("%v in %q", err, l)
		}
		all = append(all, p)
	}
	return all
}

type plannedLine struct {
	Label    string `json:"label"`
	Jobs     int    `json:"jobs"`
	SampleOf int    `json:"sample_of"`
}

func TestAModelThatIsMissingTooSmallOrBrokenIsSetAsideAndTheRestRuns(t *testing.T) {
	dir := t.TempDir()
	broken(t, client(t), "broken")
	toml := `
[[model]]
name = "nowhere"
[[model]]
name = "rehearsal-cut"
num_ctx = 16384
[[model]]
name = "broken"
[[model]]
name = "rehearsal-steady"
`
	if err := os.WriteFile(filepath.Join(dir, "models.toml"), []byte(toml), 0o666); err != nil {
		t.Fatal(err)
	}
	r := mustRun(t, 3, dir, "run", topicFile(t, 5), "--json")
	_, sum := lines(t, r.stdout)
	if sum.Written != 5 || sum.SetAside != 15 || sum.Jobs != 20 {
		t.Errorf("%+v", sum)
	}
	for _, why := range []string{"the server does not have it", "context window of 8192", "broken"} {
		if !strings.Contains(strings.Join(sum.Reasons, "\n"), why) {
			t.Errorf("%q is not among the reasons %q", why, sum.Reasons)
		}
	}
}

func TestAPatternTakesTheModelsThatMatchAndSaysWhatItLeavesOut(t *testing.T) {
	dir := t.TempDir()
	topics := topicFile(t, 100)
	var want []string
	for _, m := range rehearsal.Models() {
		if strings.HasPrefix(m.Name, "rehearsal-s") {
			want = append(want, m.Name)
		}
	}
	slices.Sort(want)
	r := mustRun(t, 0, dir, "plan", topics, "-m", "rehearsal-s*", "--topics-sample", "7", "--json")
	var labels []string
	for _, l := range planned(t, r.stdout) {
		labels = append(labels, l.Label)
		if l.Jobs != 7 || l.SampleOf != 100 {
			t.Errorf("%+v", l)
		}
	}
	if len(want) < 2 || !slices.Equal(labels, want) {
		t.Errorf("the pattern took %v, want %v", labels, want)
	}
	r = mustRun(t, 2, dir, "plan", topics, "-m", "llama*")
	if !strings.Contains(r.stderr, "rehearsal-steady:latest") || !strings.Contains(r.stderr, "hint: ") {
		t.Errorf("no list of the models:\n%s", r.stderr)
	}
	installEmbedding(t, client(t), "rehearsal-sight")
	r = mustRun(t, 0, dir, "plan", topics, "-m", "rehearsal-s*", "--json")
	if n := len(planned(t, r.stdout)); n != len(want) || !strings.Contains(r.stderr, "leaves out rehearsal-sight:latest: ") {
		t.Errorf("%d models\n%s", n, r.stderr)
	}
}

func TestTheRunAfterASampleAsksOnlyForTheRest(t *testing.T) {
	dir := t.TempDir()
	topics := topicFile(t, 12)
	r := mustRun(t, 0, dir, "run", topics, "-m", "rehearsal-steady", "--topics-sample", "3", "--sample-seed", "5")
	if !strings.Contains(r.stderr, "3 of 12 topics, seed 5") {
		t.Errorf("the summary does not say that it was a sample:\n%s", r.stderr)
	}
	_, sum := lines(t, mustRun(t, 0, dir, "run", topics, "-m", "rehearsal-steady", "--topics-sample", "5", "--sample-seed", "5", "--json", "-q").stdout)
	if sum.Jobs != 5 || sum.Already != 3 || sum.Written != 2 {
		t.Errorf("a larger sample: %+v", sum)
	}
	_, sum = lines(t, mustRun(t, 0, dir, "run", topics, "-m", "rehearsal-steady", "--json", "-q").stdout)
	if sum.Jobs != 12 || sum.Already != 5 || sum.Written != 7 {
		t.Errorf("all: %+v", sum)
	}
	r = mustRun(t, 2, dir, "run", topics, "-m", "rehearsal-steady", "--sample-seed", "5")
	if !strings.Contains(r.stderr, "--topics-sample") {
		t.Error(r.stderr)
	}
}

// A prompt of a user's own, with a contract of its own, is tried from one end
// to the other without a model.
func TestARehearsalModelForAPromptOfOnesOwn(t *testing.T) {
	dir := t.TempDir()
	guide, err := os.ReadFile("../docs/prompts.md")
	if err != nil {
		t.Fatal(err)
	}
	_, prompt, _ := strings.Cut(string(guide), "```\n")
	prompt, _, _ = strings.Cut(prompt, "\n```")
	if err := os.Mkdir(filepath.Join(dir, "prompts"), 0o777); err != nil {
		t.Fatal(err)
	}
	topics := "topic,season\n"
	for i := range 60 {
		topics += fmt.Sprintf("Rain number %d,autumn\n", i)
	}
	for name, text := range map[string]string{"prompts/haiku.md": prompt, "topics.csv": topics} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	mustRun(t, 0, dir, "rehearse", "-p", "haiku")
	r := mustRun(t, 0, dir, "run", "topics.csv", "-m", "rehearsal-haiku", "-p", "haiku", "--json")
	var summary struct {
		Written  int
		FirstTry int `json:"first_try"`
	}
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &summary); err != nil {
		t.Fatal(err)
	}
	if summary.Written != 60 || summary.FirstTry == 0 || summary.FirstTry == 60 {
		t.Errorf("%d posts of 60, %d at the first try: want all, and some mended", summary.Written, summary.FirstTry)
	}
	if r := mustRun(t, 0, dir, "rehearse", "--remove"); !strings.Contains(r.stdout, "rehearsal-haiku\n") {
		t.Errorf("not removed:\n%s", r.stdout)
	}
	mustRun(t, 0, dir, "rehearse")
}
