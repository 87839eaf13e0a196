package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/ollama/ollamatest"
	"github.com/nightpress/nightpress/internal/sign/signtest"
)

// there is the machine without a network: a real server with no models.
type there struct {
	t    *testing.T
	host string
	dir  string
}

func airGapped(t *testing.T) *there {
	t.Helper()
	server, err := ollamatest.Start(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	return &there{t, server.Addr(), t.TempDir()}
}

func (m *there) nightpress(want int, args ...string) ran {
	m.t.Helper()
	cmd := command(m.dir, args...)
	cmd.Env = append(cmd.Env, "OLLAMA_HOST="+m.host)
	r := finish(cmd)
	if r.code != want {
		m.t.Fatalf("there: nightpress %s: exit %d, want %d\n%s%s", strings.Join(args, " "), r.code, want, r.stdout, r.stderr)
	}
	return r
}

// identities are those of a server's models by name, as check prints them.
func identities(t *testing.T, text string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for line := range strings.Lines(text) {
		var b struct{ Event, Name, Identity string }
		if json.Unmarshal([]byte(line), &b) == nil && b.Event == "model" {
			found[b.Name] = b.Identity
		}
	}
	return found
}

// The whole walk of docs/air-gap.md: a run begins here and ends there, on another real
// server that got the models from a stick.
func TestARunGoesOnOnAMachineWithoutANetwork(t *testing.T) {
	here, other := t.TempDir(), airGapped(t)
	private, public := signtest.Key(t, t.TempDir())
	store := filepath.Join(filepath.Dir(serverLog), "models")
	topics := "topic\nWhy do cats purr\nHow bees find home\nWhat makes the tides\n"
	if err := os.WriteFile(filepath.Join(here, "topics.csv"), []byte(topics), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(here, "models.toml"), []byte("[[model]]\nname = \"rehearsal-steady\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	mustRun(t, 4, here, "run", "topics.csv", "--limit", "1")
	stick := filepath.Join(t.TempDir(), "stick")
	packed := mustRun(t, 0, here, "pack", "--models-dir", store, "-m", "rehearsal-s*", "--topics", "topics.csv", "--posts", "--to", stick, "--key", private)
	if !strings.Contains(packed.stderr, "rehearsal-steady:latest (") || !strings.Contains(packed.stderr, "free") {
		t.Errorf("pack says %s", packed.stderr)
	}

	listed := other.nightpress(0, "unpack", stick, "--list", "--json")
	if !strings.Contains(listed.stdout, `"rehearsal-sloppy:latest"`) {
		t.Errorf("--list says %s", listed.stdout)
	}
	other.nightpress(0, "unpack", stick, "--verify", "--key", public)
	brought := identities(t, other.nightpress(0, "unpack", stick, "--key", public, "--to", ".", "--posts", "posts", "--json").stdout)
	// The server here says the same identities.
	same := identities(t, mustRun(t, 0, here, "unpack", stick, "--json").stdout)
	if len(brought) < 2 || len(brought) != len(same) {
		t.Errorf("brought %v, here %v", brought, same)
	}
	for name, identity := range brought {
		if identity == "" || same[name] != identity {
			t.Errorf("%s is %s there and %s here", name, identity, same[name])
		}
	}
	again := other.nightpress(0, "unpack", stick)
	if strings.Contains(again.stdout, "brought") || !strings.Contains(again.stdout, "there already") {
		t.Errorf("a second unpack says %s", again.stdout)
	}

	// The run goes on: one post is done, two are new, and no temporary name is left.
	plan := other.nightpress(0, "plan", "topics.csv")
	t.Logf("plan says %s%s", plan.stdout, plan.stderr)
	ran := other.nightpress(0, "run", "topics.csv", "--json")
	if strings.Count(ran.stdout, `"event":"job"`) != 2 {
		t.Errorf("the run there made other posts than two:\n%s", ran.stdout)
	}
	other.nightpress(0, "verify", "--deep")

	// An inventory leaves out what is there.
	inventory := filepath.Join(t.TempDir(), "inventory.json")
	other.nightpress(0, "unpack", stick, "--inventory", inventory)
	second := filepath.Join(t.TempDir(), "second")
	mustRun(t, 0, here, "pack", "--models-dir", store, "-m", "rehearsal-steady", "--to", second, "--since", inventory)
	if size := sizeOf(t, second); size > 100<<10 {
		t.Errorf("with --since, %d bytes travel", size)
	}
	other.nightpress(0, "unpack", second)

	// Another model by the name is not replaced.
	other.nightpress(0, "unpack", stick, "-m", "rehearsal-sloppy", "--as", "carried")
	mine := airGapped(t)
	mine.nightpress(0, "unpack", stick, "-m", "rehearsal-sloppy", "--as", "rehearsal-steady")
	refused := mine.nightpress(2, "unpack", stick)
	if !strings.Contains(refused.stderr, "another model by the name rehearsal-steady:latest") || !strings.Contains(refused.stderr, "--as") {
		t.Errorf("unpack says %s", refused.stderr)
	}
	mine.nightpress(0, "unpack", stick, "-m", "rehearsal-steady", "--as", "rehearsal-steady=steady-2")

	// The posts come back, signed there, and are checked here without their ledger.
	back := filepath.Join(t.TempDir(), "back")
	other.nightpress(0, "attest", "--key", private)
	other.nightpress(0, "pack", "--posts", "--topics", "posts.intoto.jsonl", "--to", back, "--key", private)
	differs := mustRun(t, 2, here, "unpack", back, "--key", public, "--to", "back", "--posts", "posts")
	if !strings.Contains(differs.stderr, "nothing was written") || !strings.Contains(differs.stderr, "--overwrite") {
		t.Errorf("unpack says %s", differs.stderr)
	}
	mustRun(t, 0, here, "unpack", back, "--key", public, "--to", "back", "--posts", "posts", "--overwrite")
	mustRun(t, 0, here, "verify", "--deep")
	mustRun(t, 0, here, "verify", "--attestation", "back/posts.intoto.jsonl", "--key", public)
	if r := mustRun(t, 0, here, "run", "topics.csv", "--json"); strings.Contains(r.stdout, `"event":"job"`) {
		t.Errorf("a run here makes posts again:\n%s", r.stdout)
	}
}

// Nothing of a package that is damaged or signed by another reaches the server.
func TestADamagedPackageSendsNothing(t *testing.T) {
	here, other := t.TempDir(), airGapped(t)
	private, public := signtest.Key(t, t.TempDir())
	foreign, _ := signtest.Key(t, t.TempDir())
	store := filepath.Join(filepath.Dir(serverLog), "models")
	stick := filepath.Join(t.TempDir(), "stick")
	pack := func(key string) {
		mustRun(t, 0, here, "pack", "--models-dir", store, "-m", "rehearsal-steady", "--to", stick, "--key", key)
	}
	pack(private)
	largest := largestBlob(t, stick)
	whole := signtest.Read(t, largest)
	broken := bytes.Clone(whole)
	broken[len(broken)/2] ^= 1
	put(t, largest, broken)
	if r := other.nightpress(1, "unpack", stick, "--key", public); !strings.Contains(r.stderr, "its SHA-256 is another one") || !strings.Contains(r.stderr, "nothing was sent or written") {
		t.Errorf("a corrupted blob: %s", r.stderr)
	}
	// Packing again mends it.
	pack(private)
	if !bytes.Equal(signtest.Read(t, largest), whole) {
		t.Error("the blob is still broken")
	}
	// An interrupted pack leaves a part, which is continued; one that does not belong to
	// it is not used.
	for _, part := range [][]byte{whole[:len(whole)/2], broken} {
		if err := os.Remove(largest); err != nil {
			t.Fatal(err)
		}
		put(t, largest+".part", part)
		pack(private)
		if !bytes.Equal(signtest.Read(t, largest), whole) {
			t.Error("the blob was continued wrongly")
		}
	}
	signature := filepath.Join(stick, "index.json.sig")
	good := signtest.Read(t, signature)
	pack(foreign)
	if r := other.nightpress(1, "unpack", stick, "--key", public); !strings.Contains(r.stderr, "does not list this key") {
		t.Errorf("signed by another: %s", r.stderr)
	}
	put(t, signature, good)
	pack(private)
	index := filepath.Join(stick, "index.json")
	put(t, index, append(signtest.Read(t, index), ' '))
	if r := other.nightpress(1, "unpack", stick, "--key", public); !strings.Contains(r.stderr, "the signature does not match") {
		t.Errorf("a changed index: %s", r.stderr)
	}
	if err := os.Remove(signature); err != nil {
		t.Fatal(err)
	}
	if r := other.nightpress(1, "unpack", stick, "--key", public); !strings.Contains(r.stderr, "is not signed") {
		t.Errorf("without a signature: %s", r.stderr)
	}
	// Nothing came to the server.
	came := func() []string {
		all, err := filepath.Glob(filepath.Join(filepath.Dir(other.dir), "*", "models", "blobs", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := came(); len(all) > 0 {
		t.Errorf("the server there has %v", all)
	}
	pack(private)
	other.nightpress(0, "unpack", stick, "--key", public)
	if len(came()) == 0 {
		t.Error("the test looks in the wrong place")
	}
}

func put(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
}

func sizeOf(t *testing.T, dir string) (n int64) {
	t.Helper()
	for _, path := range blobs(t, dir) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		n += info.Size()
	}
	return n
}

func blobs(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "blobs", "sha256", "*"))
	if err != nil || len(all) == 0 {
		t.Fatalf("%v, %v", all, err)
	}
	return all
}

func largestBlob(t *testing.T, dir string) (largest string) {
	t.Helper()
	most := int64(-1)
	for _, path := range blobs(t, dir) {
		if info, err := os.Stat(path); err == nil && info.Size() > most {
			most, largest = info.Size(), path
		}
	}
	return largest
}
