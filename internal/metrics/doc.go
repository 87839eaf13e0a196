// Package metrics serves what a run does at this moment to Prometheus. A Server
// listens, and a collector turns a live.Snapshot into metrics at each scrape: the
// figures are those that the watching commands show, and nothing is counted here.
//
// Names follow https://prometheus.io/docs/practices/naming. The labels are server
// and model (the name of the model's folder), and words from closed lists: their
// number does not grow with the topics.
package metrics
