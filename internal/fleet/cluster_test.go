package fleet

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nightpress/nightpress/internal/record"
)

// node is one NATS server of a cluster.
type node struct {
	*server.Server
	opts server.Options
}

// cluster starts three servers on loopback that know each other.
func cluster(t *testing.T) (nodes []*node, urls []string) {
	t.Helper()
	dir := t.TempDir()
	var routes []*url.URL
	for i := range 3 {
		clients, peers := port0(t), port0(t)
		nodes = append(nodes, &node{opts: server.Options{
			ServerName: fmt.Sprint("n", i), Host: "127.0.0.1", Port: clients, JetStream: true, StoreDir: filepath.Join(dir, fmt.Sprint(i)), NoSigs: true, SyncAlways: true,
			Cluster: server.ClusterOpts{Name: "c", Host: "127.0.0.1", Port: peers, NoAdvertise: true},
		}})
		routes = append(routes, &url.URL{Scheme: "nats", Host: fmt.Sprint("127.0.0.1:", peers)})
		urls = append(urls, fmt.Sprint("nats://127.0.0.1:", clients))
	}
	for _, n := range nodes {
		n.opts.Routes = routes
		n.start(t)
	}
	t.Cleanup(func() {
		for _, n := range nodes {
			n.Shutdown()
			n.WaitForShutdown()
		}
	})
	waitFor(t, func() bool {
		for _, n := range nodes {
			if !n.JetStreamIsCurrent() {
				return false
			}
		}
		return true
	})
	return nodes, urls
}

func (n *node) start(t *testing.T) {
	t.Helper()
	opts := n.opts
	s, err := server.NewServer(&opts)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	n.Server = s
}

func port0(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Any one of three servers of a cluster may be gone, one after the other.
func TestARunGoesOnWhileOneServerOfAClusterIsGone(t *testing.T) {
	t.Parallel()
	nodes, urls := cluster(t)
	const jobs = 150
	sink, g := &memory{}, &generator{answer: slow(20 * time.Millisecond)}
	reached := make(chan int, jobs)
	sink.saved = func(n int) { reached <- n }
	c := coordinate(t, nil)
	c.Address, c.Replicas, c.AckWait = Address{URLs: urls}, 3, 5*time.Second
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, jobs, nil, "a"), sink) }()
	workerEnds := work(t, t.Context(), "w", urls[0], &machine{Generator: g, workers: 3}, func(w *Worker) { w.Address.URLs = urls })
	next := 0
	for n := range reached {
		if next < 3 && n >= (next+1)*jobs/5 {
			nodes[next].Shutdown()
			nodes[next].WaitForShutdown()
			nodes[next].start(t)
			waitFor(t, nodes[next].JetStreamIsCurrent)
			next++
		}
		if n == jobs {
			break
		}
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := <-workerEnds; err != nil {
		t.Error(err)
	}
	sink.once(t, jobs, record.Done)
	if next != 3 || g.count() > jobs+3*3 {
		t.Errorf("%d servers were gone, %d requests for %d jobs", next, g.count(), jobs)
	}
}
