package metrics

import (
	"cmp"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/live"
	"github.com/prometheus/client_golang/prometheus"
)

// NoName is the label of a server that was not given a name.
const NoName = "default"

// metric is one of the metrics, with the labels that it has.
type metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func counter(name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc("nightpress_"+name, help, labels, nil), prometheus.CounterValue}
}

func gauge(name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc("nightpress_"+name, help, labels, nil), prometheus.GaugeValue}
}

// The metrics. Names and labels are promised to dashboards. Counters begin at 0
// with each run.
var (
	buildInfo = gauge("build_info", "The program that runs; the value is always 1.", "version", "goversion")

	runJobs     = gauge("run_jobs", "Jobs of the run by status, including those of earlier runs.", "model", "status")
	runStart    = gauge("run_start_time_seconds", "When the run began, as a Unix time.")
	runEnd      = gauge("run_expected_end_time_seconds", "When the run is expected to end, as a Unix time; missing while that is not known.")
	runUntil    = gauge("run_until_time_seconds", "When --until ends the run, as a Unix time; missing without it.")
	runPaused   = gauge("run_paused", "Whether the run is paused (1) or not (0).")
	runStopping = gauge("run_stopping", "Whether the run starts no more jobs (1) or does (0).")

	jobs         = counter("jobs_total", "Jobs that ended in this run, by status and by the cause of a rejection.", "server", "model", "status", "cause")
	requests     = counter("requests_total", "Requests that were sent to a server.", "server", "model")
	tokens       = counter("tokens_total", "Tokens that arrived, including those of lost requests.", "server", "model")
	promptTokens = counter("prompt_tokens_total", "Tokens of prompts that servers read.", "server", "model")
	tokenRate    = gauge("tokens_per_second", "Tokens that arrived in each of the last seconds.", "server", "model")
	loads        = counter("model_loads_total", "Loads of a model that the run asked for.", "server", "model")
	loadSeconds  = counter("model_load_seconds_total", "Time spent loading models.", "server", "model")
	reloads      = counter("model_reloads_total", "Loads of a model that the run did not ask for.", "server", "model")
	streams      = gauge("streams", "Replies that arrive at this moment.", "server", "model")
	queued       = gauge("queued_requests", "Requests that wait for their first token.", "server", "model")
	workers      = gauge("workers", "Requests that the run sends to a server at once; missing while that is not known.", "server", "model")
	slots        = gauge("slots", "Requests that a server works on at once; missing while that is not known.", "server", "model")
	outages      = counter("outages_total", "Outages of a server, by the model that it worked on.", "server", "model")

	serverUp    = gauge("server_up", "Whether a server answers (1) or is away (0).", "server")
	awaySeconds = counter("server_away_seconds_total", "Time for which a server was away.", "server")

	firstToken = prometheus.NewDesc("nightpress_time_to_first_token_seconds", "Time from a request to its first token.", []string{"server", "model"}, nil)
)

// collector turns snapshots into metrics. It may be used from many goroutines.
type collector struct {
	version string
	// snapshot returns the run as it is now; nil before one begins.
	snapshot func() *live.Snapshot

	mu sync.Mutex
	// away is the time for which each server was away, as last reported: the
	// clock of an outage that goes on may be ahead of the one of the engine, and a
	// counter that falls is a restart for Prometheus.
	away map[string]float64
}

// Describe says nothing: which metrics there are depends on the run.
func (c *collector) Describe(chan<- *prometheus.Desc) {}

// Collect turns the run as it is now into metrics.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	put := func(m metric, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(m.desc, m.kind, value, valid(labels)...)
	}
	put(buildInfo, 1, c.version, runtime.Version())
	s := c.snapshot()
	if s == nil {
		return
	}
	run(s, put)
	known := map[string]int{}
	for i := range s.Pairs {
		of(&s.Pairs[i], put)
		known[s.Pairs[i].Server] += s.Pairs[i].Outages
		to <- histogram(&s.Pairs[i])
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range s.Servers {
		name := serverLabel(one.Name)
		c.away[name] = max(c.away[name], one.AwaySeconds)
		put(serverUp, truth(one.State != live.Away), name)
		put(awaySeconds, c.away[name], name)
		if early := one.Outages - known[one.Name]; early > 0 {
			// It was away before it had a model.
			put(outages, float64(early), name, "")
		}
	}
}

// put sends a metric with these values of its labels.
type put = func(m metric, value float64, labels ...string)

// run collects the metrics of the run as a whole.
func run(s *live.Snapshot, put put) {
	for _, m := range s.Models {
		put(runJobs, float64(m.There), m.Label, "there")
		put(runJobs, float64(m.Rejected), m.Label, "rejected")
		put(runJobs, float64(m.SetAside), m.Label, "set_aside")
		put(runJobs, float64(m.Left), m.Label, "left")
	}
	put(runStart, unix(s.Since))
	if s.End != nil {
		put(runEnd, unix(*s.End))
	}
	if s.Until != nil {
		put(runUntil, unix(*s.Until))
	}
	put(runPaused, truth(s.State == live.Paused))
	put(runStopping, truth(s.State == live.Stopping || s.State == live.Over))
}

// of tells what a server did for a model.
func of(p *live.Pair, put put) {
	server, model := serverLabel(p.Server), p.Label
	put(jobs, float64(p.Posts), server, model, "done", "")
	for cause, n := range p.Causes {
		put(jobs, float64(n), server, model, "rejected", cause)
	}
	for _, one := range []struct {
		metric
		value float64
	}{
		{requests, float64(p.Requests)}, {tokens, float64(p.Tokens)}, {promptTokens, float64(p.PromptTokens)}, {tokenRate, p.TokensPerSecond},
		{loads, float64(p.Loads)}, {loadSeconds, p.LoadSeconds}, {reloads, float64(p.Reloads)},
		{streams, float64(p.Streams)}, {queued, float64(p.Queued)}, {outages, float64(p.Outages)},
	} {
		put(one.metric, one.value, server, model)
	}
	if p.Workers > 0 {
		put(workers, float64(p.Workers), server, model)
	}
	if p.Slots > 0 {
		put(slots, float64(p.Slots), server, model)
	}
}

// histogram is a pair's time to the first token.
func histogram(p *live.Pair) prometheus.Metric {
	buckets := map[float64]uint64{}
	for i, bound := range live.FirstTokenBounds {
		buckets[bound] = uint64(p.FirstTokens.Buckets[i])
	}
	return prometheus.MustNewConstHistogram(firstToken, uint64(p.FirstTokens.Count), p.FirstTokens.Sum, buckets, valid([]string{serverLabel(p.Server), p.Label})...)
}

func serverLabel(name string) string { return cmp.Or(name, NoName) }

// valid makes UTF-8 of values: others are no labels.
func valid(values []string) []string {
	for i, v := range values {
		values[i] = strings.ToValidUTF8(v, "\ufffd")
	}
	return values
}

func unix(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
