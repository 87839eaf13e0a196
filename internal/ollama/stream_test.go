package ollama

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/ollama/ollama/api"
)

// streamed are lines as servers send them, and some that none should.
var streamed = []string{
	`{"model":"qwen3:8b","created_at":"2026-11-28T08:15:23.123456789Z","message":{"role":"assistant","content":" harbour"},"done":false}`,
	`{"model":"m","created_at":"2026-11-28T08:15:23Z","message":{"role":"assistant","content":"","thinking":"Let me \u003cthink\u003e\n"},"done":false}`,
	`{"model":"m","created_at":"2026-11-28T08:15:23+01:00","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":12345678901,"load_duration":1,"prompt_eval_count":26,"prompt_eval_duration":130079000,"eval_count":259,"eval_duration":4232710000}`,
	`{"message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]},"done":false}`,
	`{"model":"m","remote_model":"big","remote_host":"https://ollama.com:443","message":{"role":"assistant","content":"x"},"done":false}`,
	`{"error":"model runner has unexpectedly stopped"}`, `{"error":""}`, `{"error":{"message":"x"}}`,
	`{"message":{"role":"ASSISTANT","Content":"other case"},"Done":true}`,
	`{"message":{"content":"a","content":"b"},"done":false,"done":true}`,
	`{"message":{"content":"\ud83c\udf89 \u00e9 \/ \b\f\r\t\"\\"}}`, `{"message":{"content":"\ud83c"}}`, `{"message":{"content":"\x"}}`, "{\"message\":{\"content\":\"a\xffb\"}}", "{\"message\":{\"content\":\"a\tb\"}}",
	"{\"message\":{\"content\":\"\u2028 \u65e5\u672c\"}}",
	` { "done" : true , "eval_count" : 7 } `, `{"eval_count":1.5}`, `{"eval_count":-1}`, `{"eval_count":01}`, `{"eval_count":1e3}`, `{"eval_count":99999999999999999999}`, `{"eval_count":"7"}`, `{"eval_count":null}`,
	`{"created_at":"yesterday"}`, `{"created_at":""}`, `{"message":null}`, `{"message":"x"}`, `{"logprobs":[{"token":"a","logprob":-0.5}],"message":{"content":"a"}}`,
	`{"done":truex}`, `{"done":tru`, `{"done":true}}`, `{"done":true},`, `{"done":true,}`, `{,}`, `{"done"}`, `{"message":{"content":"cut`, ``, ` `, `null`, `[]`, `<html>`, `{}`, "\x1f\x8b\x08", `data: {"done":true}`, `{"_debug_info":{"rendered_template":"x"}}`,
}

// asTheClientPackage decodes a line as api.Client does.
func asTheClientPackage(line []byte) (r api.ChatResponse, err error) {
	var failed struct {
		Error string `json:"error,omitempty"`
	}
	if err := json.Unmarshal(line, &failed); err != nil {
		return r, errors.New(string(line))
	}
	if failed.Error != "" {
		return r, errors.New(failed.Error)
	}
	err = json.Unmarshal(line, &r)
	return r, err
}

func sameDecoding(t *testing.T, d *decoder, line []byte) {
	t.Helper()
	want, wantErr := asTheClientPackage(line)
	got, err := d.decode(line)
	if fmt.Sprint(err) != fmt.Sprint(wantErr) {
		t.Fatalf("%q: error %v, want %v", line, err, wantErr)
	}
	if wantErr == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%q:\n got %+v\nwant %+v", line, got, want)
	}
}

func TestALineIsDecodedAsTheClientPackageDoes(t *testing.T) {
	var d decoder
	for _, line := range streamed {
		sameDecoding(t, &d, []byte(line))
		for n := range line {
			sameDecoding(t, &d, []byte(line[:n]))
		}
	}
	// The first three are those that a server sends all the time.
	for _, line := range streamed[:3] {
		if d.line, d.at = []byte(line), 0; true {
			if _, ok := d.response(); !ok {
				t.Errorf("not read in one pass: %s", line)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, line := range streamed {
		f.Add([]byte(line))
	}
	var d decoder
	f.Fuzz(func(t *testing.T, line []byte) { sameDecoding(t, &d, line) })
}

func TestLinesOfAnyLengthAreRead(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for text, want := range map[string][]string{
		"":                          nil,
		"a\nb\r\n\nc":               {"a", "b", "", "c"},
		long + "\n" + long + "y\nz": {long, long + "y", "z"},
		"a\n" + long:                {"a", long},
	} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text)), "with its end": iotest.DataErrReader(strings.NewReader(text))} {
			l := newLines(r)
			var got []string
			for {
				line, err := l.next()
				if err != nil {
					if err != io.EOF {
						t.Error(err)
					}
					break
				}
				got = append(got, string(line))
			}
			l.release()
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%.20q, %s: %d lines, want %d", text, name, len(got), len(want))
			}
		}
	}
	broken := newLines(io.MultiReader(strings.NewReader("a\nhalf"), iotest.ErrReader(io.ErrUnexpectedEOF)))
	defer broken.release()
	if line, err := broken.next(); string(line) != "a" || err != nil {
		t.Errorf("%q, %v", line, err)
	}
	if line, err := broken.next(); err != io.ErrUnexpectedEOF {
		t.Errorf("%q, %v: half a line is not a line", line, err)
	}
}

// BenchmarkStream reads a reply of 1,000 tokens over loopback, in turns with this
// package and with the client package's method, and reports what a token costs each.
// The server's part is in both.
func BenchmarkStream(b *testing.B) {
	const tokens = 1000
	var reply bytes.Buffer
	for n := range tokens {
		fmt.Fprintf(&reply, `{"model":"rehearsal-steady","created_at":"2026-11-28T08:15:23.%09dZ","message":{"role":"assistant","content":" word%d"},"done":false}`+"\n", n+1, n)
	}
	reply.WriteString(streamed[2] + "\n")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write(reply.Bytes())
	}))
	defer s.Close()
	u, err := url.Parse(s.URL)
	if err != nil {
		b.Fatal(err)
	}
	c := New(u, Options{})
	var ours, theirs time.Duration
	n := 0
	req := llm.Request{Model: llm.Model{Name: "m", NumCtx: 8192, NumPredict: 2 * tokens}}
	b.ReportAllocs()
	for b.Loop() {
		n++
		begun, chunks := time.Now(), 0
		if _, err := c.Generate(b.Context(), req, func(llm.Chunk) error { chunks++; return nil }); err != nil || chunks != tokens {
			b.Fatal(chunks, err)
		}
		ours += time.Since(begun)
		b.StopTimer()
		begun, chunks = time.Now(), 0
		if err := c.api.Chat(context.WithoutCancel(b.Context()), chatRequest(req), func(api.ChatResponse) error { chunks++; return nil }); err != nil || chunks != tokens+1 {
			b.Fatal(chunks, err)
		}
		theirs += time.Since(begun)
		b.StartTimer()
	}
	b.ReportMetric(float64(ours.Nanoseconds())/float64(n*tokens), "ns/token")
	b.ReportMetric(float64(theirs.Nanoseconds())/float64(n*tokens), "client-ns/token")
	b.ReportMetric(float64(theirs)/float64(ours), "ratio")
}
