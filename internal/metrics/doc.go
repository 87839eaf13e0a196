// Package metrics serves the figures of a run to Prometheus. At each scrape, a
// collector turns a live.Snapshot into metrics. The package counts nothing itself, so
// the figures agree with those of watch.
//
// Names follow https://prometheus.io/docs/practices/naming. Labels are the server, the
// model (the name of its folder), and words from closed lists, so the number of
// metrics does not grow with the topics.
package metrics
