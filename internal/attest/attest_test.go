package attest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/sign"
	"github.com/nightpress/nightpress/internal/sign/signtest"
	"github.com/nightpress/nightpress/output"
)

// folder is a folder with posts by these slugs.
func folder(t testing.TB, slugs ...string) string {
	t.Helper()
	dir := t.TempDir()
	f, err := output.Open(dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(f.LedgerPath())
	if err != nil {
		t.Fatal(err)
	}
	sink := &output.Sink{Folder: f, Ledger: l, RunID: 1}
	for _, slug := range slugs {
		res := &record.Result{ID: sum(slug), Topic: slug, Slug: slug, Label: "m", Model: "m", Status: record.Done, Post: &contract.Post{Body: "Text of " + slug + "."},
			Attempts: []record.Attempt{{N: 1, Seed: 7}},
			Made:     &record.Made{Setup: `{"before":"a","after":"b","template":"Write {{.topic}}.","model":{"name":"m","identity":"1234"},"options":{"temperature":0.5}}`, Sent: `{"user":"Write ` + slug + `."}`, Columns: `{"topic":"` + slug + `"}`}}
		if _, err := sink.Save(t.Context(), res); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(l.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func attested(t testing.TB, posts string) (file, public string) {
	t.Helper()
	private, public := signtest.Key(t, t.TempDir())
	file = filepath.Join(t.TempDir(), "posts.intoto.jsonl")
	req := Request{Posts: posts, To: file, Key: private, Version: "test", Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if err := Folder(t.Context(), req, printer.New(io.Discard, io.Discard, false, false)); err != nil {
		t.Fatal(err)
	}
	return file, public
}

func check(t testing.TB, c Comparison) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c.Now = time.Now()
	err := Check(t.Context(), c, printer.New(&out, &out, false, false))
	return out.String(), err
}

// Other programs read the statement: in-toto's own types take it.
func TestInTotoTakesTheStatement(t *testing.T) {
	file, _ := attested(t, folder(t, "bees", "cats"))
	e, err := openEnvelope(file)
	if err != nil {
		t.Fatal(err)
	}
	defer e.file.Close()
	payload, err := io.ReadAll(e.payload())
	if err != nil {
		t.Fatal(err)
	}
	var s intoto.Statement
	if err := protojson.Unmarshal(payload, &s); err != nil {
		t.Fatalf("%v\n%s", err, payload)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	posts := s.GetPredicate().AsMap()["posts"].([]any)
	first := posts[0].(map[string]any)
	setup := s.GetPredicate().AsMap()["setups"].(map[string]any)[first["setup"].(string)].(map[string]any)
	if len(s.GetSubject()) != 2 || first["name"] != "m/bees.md" || first["user_sha256"] != sum("Write bees.") || setup["template_sha256"] != sum("Write {{.topic}}.") ||
		setup["model"].(map[string]any)["identity"] != "1234" || first["edited"] != false || first["attempts"].([]any)[0].(map[string]any)["seed"] != 7.0 {
		t.Errorf("%s", payload)
	}
}

// Whatever byte of the file changes, the statement no longer counts, or still says the
// same.
func TestNoByteOfTheStatementChangesUnseen(t *testing.T) {
	posts := folder(t, "bees")
	file, public := attested(t, posts)
	whole, path := signtest.Read(t, file), filepath.Join(t.TempDir(), "broken")
	// Primes, so that every key and value is hit somewhere.
	for at := 0; at < len(whole); at += 7 {
		broken := bytes.Clone(whole)
		broken[at] ^= 1
		if err := os.WriteFile(path, broken, 0o666); err != nil {
			t.Fatal(err)
		}
		out, err := check(t, Comparison{Posts: posts, File: path, Keys: public})
		if err == nil && !strings.Contains(out, "1 post, 0 differences") {
			t.Fatalf("byte %d (%q): %s", at, whole[max(0, at-20):at+1], out)
		}
	}
	for cut := 0; cut < len(whole)-2; cut += 53 {
		if err := os.WriteFile(path, whole[:cut], 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := check(t, Comparison{Posts: posts, File: path, Keys: public}); err == nil {
			t.Fatalf("%d bytes of it count", cut)
		}
	}
}

// Whoever signs with a key that counts can still name any path.
func TestAStatementLeadsNowhereOutOfTheFolder(t *testing.T) {
	posts := folder(t, "bees")
	private, public := signtest.Key(t, t.TempDir())
	key, err := sign.ReadKey(private)
	if err != nil {
		t.Fatal(err)
	}
	statement := func(subjects string) string {
		return `{"_type":"` + statementType + `","predicateType":"` + predicateType + `","subject":[` + subjects + `],"predicate":{"deep":[{"x":[]}]}}`
	}
	for name, c := range map[string]struct {
		payload, kind string
		keep          func()
		words         string
		code          int
	}{
		"a path out of it": {payload: statement(`{"name":"../../etc/passwd","digest":{"sha256":"x"}}`), words: "../../etc/passwd: is not a path below the folder", code: 3},
		"an absolute path": {payload: statement(`{"name":"/etc/passwd","digest":{"sha256":"x"}}`), words: "blocked", code: 3},
		"a folder":         {payload: statement(`{"name":"m","digest":{"sha256":"x"}}`), words: "m: is a folder", code: 3},
		"no digest":        {payload: statement(`{"name":"m/bees.md"}`), words: "changed", code: 3},
		"control codes":    {payload: statement(`{"name":"\u001b[2Jm","digest":{}}`), words: "missing", code: 3},
		"two lists":        {payload: strings.Replace(statement(``), `"predicate":`, `"subject":[],"predicate":`, 1), words: "twice", code: 1},
		"another type":     {payload: strings.Replace(statement(``), predicateType, "https://slsa.dev/provenance/v1", 1), words: "slsa.dev", code: 1},
		"no statement":     {payload: `[]`, words: "not an in-toto statement", code: 1},
		"half of one":      {payload: `{"_type":"` + statementType + `"`, words: "EOF", code: 1},
		"no list":          {payload: `{"_type":"` + statementType + `","predicateType":"` + predicateType + `"}`, words: `no "subject"`, code: 1},
		"a list of words":  {payload: statement(`"m"`), words: "a subject cannot be read", code: 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			raw, err := os.Create(filepath.Join(dir, "payload"))
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			if _, err := raw.WriteString(c.payload); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, "envelope")
			if err := seal(file, raw, key); err != nil {
				t.Fatal(err)
			}
			out, err := check(t, Comparison{Posts: posts, File: file, Keys: public})
			if exit.Code(err) != c.code || !strings.Contains(out+errText(err), c.words) || strings.Contains(out, "\x1b") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestAnEnvelopeThatIsNoneIsNamed(t *testing.T) {
	posts := folder(t, "bees")
	code := base64.StdEncoding.EncodeToString([]byte("{}"))
	for text, words := range map[string]string{
		"":                           "no payload",
		"{}":                         "no payload",
		`{"payload":7}`:              "not a string",
		`{"payload":"a\u0041"}`:      "not plain base64",
		`{"payload":"` + code + `"}`: "not a signed DSSE envelope",
		`{"payloadType":"` + payloadType + `","payload":"` + code + `","signatures":[]}`:                                "not a signed DSSE envelope",
		`{"payloadType":"` + payloadType + `","payload":"` + code + `","signatures":[{"sig":"AAAA"}]}`:                  "cannot be read",
		`{"payloadType":"` + payloadType + `","payload":"*","signatures":[{"sig":"AAAA"}]}`:                             "not base64",
		`{"payload":"` + code + `","payload":"` + code + `","payloadType":"` + payloadType + `","signatures":[{}]}`:     "not a signed DSSE envelope",
		`{"x":"` + strings.Repeat("y", 2<<20) + `","payload":""}`:                                                       "does not come soon",
		`{"payloadType":"` + payloadType + `","payload":"","signatures":[` + strings.Repeat(`{},`, 20) + `{"sig":""}]}`: "21 signatures",
	} {
		path := filepath.Join(t.TempDir(), "envelope")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := check(t, Comparison{Posts: posts, File: path}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%.80s: %v, want %q", text, err, words)
		}
	}
}

// Memory is the hash of a name for each post, and nothing of what is said about it.
func TestMemoryDoesNotGrowWithWhatIsSaidOfPosts(t *testing.T) {
	dir, posts := t.TempDir(), t.TempDir()
	private, public := signtest.Key(t, t.TempDir())
	key, err := sign.ReadKey(private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.Create(filepath.Join(dir, "payload"))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	// 64 MiB about posts.
	one := `{"x":"` + strings.Repeat("y", 1000) + `"}`
	for _, part := range []string{`{"_type":"` + statementType + `","predicateType":"` + predicateType + `","predicate":[{}`, strings.Repeat(","+one, 64<<10), `],"subject":[]}`} {
		if _, err := raw.WriteString(part); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "envelope")
	if err := seal(file, raw, key); err != nil {
		t.Fatal(err)
	}
	one = ""
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := check(t, Comparison{Posts: posts, File: file, Keys: public}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 32<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}
