//go:build linux

package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// wire is the connection to the server, which can be harmed.
type wire struct {
	proxy *toxiproxy.Proxy
	addr  string
}

func newWire(t *testing.T, upstream string) *wire {
	t.Helper()
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	p := toxiproxy.NewProxy(api, "wire", "127.0.0.1:0", upstream)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return &wire{p, p.Listen}
}

// harm is one way in which a connection goes wrong.
type harm struct {
	name string
	// toxic is Toxiproxy's own description.
	toxic func(*rand.Rand) string
}

var harms = []harm{
	{"reset", func(d *rand.Rand) string {
		return fmt.Sprintf(`{"type":"reset_peer","toxicity":0.7,"attributes":{"timeout":%d}}`, d.IntN(400))
	}},
	{"cut after some bytes", func(d *rand.Rand) string {
		return fmt.Sprintf(`{"type":"limit_data","toxicity":0.7,"attributes":{"bytes":%d}}`, 1+d.IntN(200_000))
	}},
	{"silent", func(*rand.Rand) string { return `{"type":"timeout","toxicity":0.5,"attributes":{"timeout":0}}` }},
	{"slow", func(d *rand.Rand) string {
		return fmt.Sprintf(`{"type":"bandwidth","toxicity":1,"attributes":{"rate":%d}}`, 60+d.IntN(200))
	}},
	{"in crumbs", func(d *rand.Rand) string {
		return fmt.Sprintf(`{"type":"slicer","toxicity":1,"attributes":{"average_size":%d,"size_variation":8,"delay":50}}`, 16+d.IntN(200))
	}},
	{"late", func(d *rand.Rand) string {
		return fmt.Sprintf(`{"type":"latency","toxicity":1,"attributes":{"latency":%d,"jitter":100}}`, 100+d.IntN(300))
	}},
	{"a request that is cut", func(d *rand.Rand) string {
		return fmt.Sprintf(`{"type":"limit_data","stream":"upstream","toxicity":0.7,"attributes":{"bytes":%d}}`, 1+d.IntN(20_000))
	}},
	{"gone", nil},
}

// impatient believes in short silences, so that a test of them is short.
const impatient = `
[server]
first_token_timeout = "3s"
idle_timeout = "2s"

[defaults]
attempts = 8
`

func TestAConnectionThatIsHarmedNeverMakesHalfAPost(t *testing.T) {
	s, d := newServer(t), dice(t)
	some := slices.Clone(harms)
	d.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	for range rounds(1, 6) {
		for _, h := range some[:rounds(3, len(some))] {
			t.Run(h.name, func(t *testing.T) {
				const jobs = 24
				f := newFolder(t, t.TempDir(), jobs, impatient, steady)
				c := newCounter(t, s)
				w := newWire(t, c.addr)
				r := f.start(t, w.addr)
				harmed := blows(t, r, c, 1, func() { moment(d, 500*time.Millisecond, r.ended) }, func() { w.harm(t, d, h, r) })
				// The model may have been set aside, or a post lost all its
				// attempts; what there is must be right all the same.
				r.wantExit(t, 0, 3)
				f.check(t)
				t.Logf("harmed %d times, %d requests", harmed, c.requests())
				last := f.start(t, s.addr, "--retry-rejected")
				last.wantExit(t, 0)
				if got := f.done(t); got != jobs {
					t.Errorf("%d posts of %d\n%s\n%s", got, jobs, r.tail(), last.tail())
				}
			})
		}
	}
}

// harm harms the connection for some seconds of the run.
func (w *wire) harm(t *testing.T, d *rand.Rand, h harm, r *running) {
	if h.toxic == nil {
		w.proxy.Stop()
		moment(d, 4*time.Second, r.ended)
		if err := w.proxy.Start(); err != nil {
			t.Error(err)
		}
		return
	}
	toxic, err := w.proxy.Toxics.AddToxicJson(strings.NewReader(h.toxic(d)))
	if err != nil {
		t.Fatal(err)
	}
	moment(d, 6*time.Second, r.ended)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := w.proxy.Toxics.RemoveToxic(ctx, toxic.Name); err != nil {
		t.Error(err)
	}
}
