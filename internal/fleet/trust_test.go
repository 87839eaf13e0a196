package fleet

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

func TestWithoutTheTokenAWorkerGetsNoJob(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	for _, token := range []string{"", "worker-token2@", "worker@", "coordinator:x@"} {
		ended := work(t, t.Context(), "stranger", "nats://"+token+s.Addr.String(), &machine{Generator: &generator{}, workers: 1}, nil)
		if err := <-ended; !errors.Is(err, ErrRefused) {
			t.Errorf("token %q: %v", token, err)
		}
	}
}

// The default lets two minutes of acknowledged messages be lost at a power cut.
func TestTheEmbeddedServerSyncsEachMessage(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	if c := s.s.JetStreamConfig(); c == nil || !c.SyncAlways {
		t.Errorf("%+v", c)
	}
}

// A worker's token opens no more than what a worker needs.
func TestAWorkerCanChangeNothingElse(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	stop := make(chan struct{})
	c.Stop = stop
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), phases(t, 5, nil, "a"), sink) }()
	denied := make(chan error, 100)
	nc, err := nats.Connect(s.url(), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { denied <- err }))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	for what, try := range map[string]func() error{
		"delete the jobs":   func() error { return js.DeleteStream(ctx, "np-jobs") },
		"read the results":  func() error { _, err := js.Consumer(ctx, "np-results-0", "coordinator"); return err },
		"make a stream":     func() error { _, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "x"}); return err },
		"add a job":         func() error { _, err := js.Publish(ctx, "np.jobs.x.y", nil); return err },
		"drain a worker":    func() error { _, err := nc.RequestWithContext(ctx, "np.control", nil); return err },
		"listen to beats":   func() error { return listenIn(nc, denied, "np.beat") },
		"listen to results": func() error { return listenIn(nc, denied, "np.results.>") },
		"speak as the coordinator": func() error {
			if err := nc.Publish("np.news", []byte("{}")); err != nil {
				return err
			}
			return refusal(denied)
		},
	} {
		if err := try(); err == nil {
			t.Errorf("a worker can %s", what)
		}
	}
	close(stop)
	if err := <-ended; err == nil {
		t.Error("the run ended well without its posts")
	}
}

func listenIn(nc *nats.Conn, denied chan error, subject string) error {
	if _, err := nc.SubscribeSync(subject); err != nil {
		return err
	}
	return refusal(denied)
}

// refusal is the server's answer to something that it does not allow.
func refusal(denied chan error) error {
	select {
	case err := <-denied:
		return err
	case <-time.After(2 * time.Second):
		return nil
	}
}

// Everything that arrives is hostile until it was checked.
func TestHostileMessagesAreDropped(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	ended := make(chan error, 1)
	jobs := map[string]bool{}
	for p := range phases(t, 3, nil, "a") {
		for j := range p.Jobs {
			jobs[j.ID] = true
		}
	}
	go func() { ended <- c.Run(t.Context(), phases(t, 3, nil, "a"), sink) }()
	nc, err := nats.Connect(s.url())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	deep := `{"v":2,"kind":"result","body":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}"
	sent := 0
	for id := range jobs {
		bad := []string{
			"", "{", "null", "[]", deep, `{"v":2}`, `{"v":1,"kind":"result","body":{}}`, `{"v":2,"kind":"result","blob":"../../etc/passwd"}`,
			`{"v":2,"kind":"result","blob":"` + strings.Repeat("0", 64) + `"}`,
		}
		for _, r := range []map[string]any{
			{"job": "../x", "worker": "w", "status": "done"},
			{"job": id, "worker": "../../w", "status": "done"},
			{"job": id, "worker": "w\x1b[2J", "status": "rejected"},
			{"job": id, "worker": "w", "status": "kept"},
			{"job": id, "worker": "w", "status": "set-aside"},
			{"job": id, "worker": "w", "status": "rejected", "base": 3},
			{"job": id, "worker": "w", "status": "rejected", "base": -1},
			{"job": strings.Repeat("a", 64), "worker": "w", "status": "rejected"},
			{"job": id, "worker": "hostile", "status": "done", "attempts": []map[string]any{{"n": 1, "reply": "no post at all"}}},
		} {
			body, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			bad = append(bad, fmt.Sprintf(`{"v":2,"kind":"result","body":%s}`, body))
		}
		for _, text := range bad {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			if _, err := js.Publish(ctx, names{"np"}.result(partOf(id, resultParts), id), []byte(text)); err == nil {
				sent++
			}
			cancel()
		}
	}
	workerEnds := work(t, t.Context(), "w", s.url(), &machine{Generator: &generator{}, workers: 1}, nil)
	for _, one := range []<-chan error{ended, workerEnds} {
		if err := <-one; err != nil {
			t.Error(err)
		}
	}
	sink.once(t, 3, record.Done)
	if sent < 3*15 || c.Counts.Dropped() < sent {
		t.Errorf("%d were sent, %+v", sent, c.Counts)
	}
}

func TestAnotherWireVersionIsRefusedWithInstructions(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"v":1,"body":{}}`, `{"v":0,"body":{}}`, `{"body":{}}`} {
		var h hello
		err := decode([]byte(text), &h)
		if wrong := new(VersionError); !errors.As(err, &wrong) || firstHint(err) == "" {
			t.Errorf("%s: %v", text, err)
		}
	}
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	nc, err := nats.Connect("", nats.InProcessServer(s.s), nats.Token("admin-token"))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if _, err := nc.Subscribe("np.hello", func(m *nats.Msg) { _ = m.Respond([]byte(`{"v":1,"body":{}}`)) }); err != nil {
		t.Fatal(err)
	}
	refused := new(RefusedError)
	if err := <-work(t, t.Context(), "w", s.url(), &machine{Generator: &generator{}, workers: 1}, nil); !errors.As(err, &refused) || refused.Hint() == "" {
		t.Errorf("%v", err)
	}
}

// A coordinator is not trusted either.
func TestAHostileCoordinatorIsLeft(t *testing.T) {
	t.Parallel()
	for what, body := range map[string]string{
		"many models":   `{"models":[` + strings.Repeat("{},", maxModels) + `{}]}`,
		"many attempts": `{"attempts":1000000}`,
		"many parts":    `{"parts":1000}`,
		"deep":          `{"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
		"no object":     `"stop"`,
	} {
		t.Run(what, func(t *testing.T) {
			s := serve(t, t.TempDir(), "127.0.0.1:0")
			nc, err := nats.Connect("", nats.InProcessServer(s.s), nats.Token("admin-token"))
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			if _, err := nc.Subscribe("np.hello", func(m *nats.Msg) { _ = m.Respond(fmt.Appendf(nil, `{"v":%d,"body":%s}`, Version, body)) }); err != nil {
				t.Fatal(err)
			}
			g := &generator{}
			if err := <-work(t, t.Context(), "w", s.url(), &machine{Generator: g, workers: 1}, func(w *Worker) { w.Patience = 2 * time.Second }); err == nil || g.count() > 0 {
				t.Errorf("%v, %d requests", err, g.count())
			}
		})
	}
}

// Prompts, jobs, and results that are larger than a message of NATS arrive.
func TestWhatIsTooLargeForAMessageTravels(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	var b strings.Builder
	b.WriteString("TITLE: A day at sea\n\n")
	for b.Len() < 820_000 {
		fmt.Fprintf(&b, "%s.\n\n", token())
	}
	long := b.String() + "</END>"
	asked := make(chan string, 1)
	g := &generator{answer: func(_ context.Context, req llm.Request) (string, error) {
		asked <- req.Messages.User
		return long, nil
	}}
	workerEnds := work(t, t.Context(), "w", s.url(), &machine{Generator: g, workers: 1}, nil)
	large := func(yield func(*batch.Phase, error) bool) {
		for p, err := range phases(t, 1, nil, "a") {
			all := p.Jobs
			p.Jobs = func(yield func(*batch.Job, error) bool) {
				for j, err := range all {
					j.Messages.User = long
					if !yield(j, err) {
						return
					}
				}
			}
			if !yield(p, err) {
				return
			}
		}
	}
	if err := c.Run(t.Context(), large, sink); err != nil {
		t.Fatal(err)
	}
	if <-asked != long {
		t.Error("the prompt is another")
	}
	if err := <-workerEnds; err != nil {
		t.Error(err)
	}
	sink.once(t, 1, record.Done)
	for _, all := range sink.results {
		if all[0].Attempts[0].Reply != long {
			t.Error("the reply is another")
		}
	}
}

// A worker may acknowledge a job of a queue that was lost. The job with the same
// number in the new queue must not count as done.
func TestAnAcknowledgmentOfALostQueueTakesNoJobOfTheNewOne(t *testing.T) {
	t.Parallel()
	acks := map[string]bool{}
	for range 2 {
		s := serve(t, t.TempDir(), "127.0.0.1:0")
		c := coordinate(t, s)
		stop := make(chan struct{})
		c.Stop = stop
		ended := make(chan error, 1)
		go func() { ended <- c.Run(t.Context(), phases(t, 1, nil, "a"), &memory{}) }()
		nc, err := nats.Connect("", nats.InProcessServer(s.s), nats.Token("admin-token"))
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		js, err := jetstream.New(nc)
		if err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool {
			stream, err := js.Stream(t.Context(), "np-jobs")
			if err != nil {
				return false
			}
			for name := range stream.ConsumerNames(t.Context()).Name() {
				consumer, err := stream.Consumer(t.Context(), name)
				if err != nil {
					continue
				}
				if m, err := consumer.Next(jetstream.FetchMaxWait(time.Second)); err == nil {
					// $JS.ACK.stream.consumer. and numbers
					acks[strings.Join(strings.Split(m.Reply(), ".")[:4], ".")] = true
					return true
				}
			}
			return false
		})
		close(stop)
		<-ended
	}
	if len(acks) != 2 {
		t.Errorf("both queues have the same subject for acknowledgments: %v", acks)
	}
}

func TestOnlyTheConfiguredAddressIsConnectedTo(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, err := dial(Address{URLs: []string{s.url()}}, "w", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	dialer := c.Opts.CustomDialer
	for _, other := range []string{"127.0.0.1:1", "localhost:" + fmt.Sprint(s.Addr.Port), "[::1]:4222"} {
		if conn, err := dialer.Dial("tcp", other); err == nil || !strings.Contains(err.Error(), "refused to connect") {
			if conn != nil {
				conn.Close()
			}
			t.Errorf("%s: %v", other, err)
		}
	}
	if conn, err := dialer.Dial("tcp", s.Addr.String()); err != nil {
		t.Error(err)
	} else {
		conn.Close()
	}
}

func TestATokenThatCrossesANetworkWithoutTLSIsWarnedOf(t *testing.T) {
	t.Parallel()
	for url, warned := range map[string]bool{
		"nats://t@127.0.0.1:4222": false, "nats://t@localhost": false, "nats://t@[::1]:4222": false,
		"nats://t@10.0.0.7:4222": true, "nats://t@fleet.example": true, "tls://t@10.0.0.7:4222": false,
	} {
		text := Address{URLs: []string{url}}.Bare()
		if (text != "") != warned || strings.Contains(text, "t@") {
			t.Errorf("%s: %q", url, text)
		}
	}
}

// certificate makes one for 127.0.0.1, and returns the files of it and its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "fleet"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	bare, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: bare}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func TestWorkersUseTLSWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Serve(ServerOptions{
		Dir: t.TempDir(), Listen: "127.0.0.1:0", Token: "worker-token", Admin: "admin-token", Prefix: "np",
		TLS: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	url := "tls://worker-token@" + s.Addr.String()
	if _, err := dial(Address{URLs: []string{url}}, "w", nil); err == nil {
		t.Error("a worker trusts a certificate that nobody vouches for")
	}
	c, sink := coordinate(t, s), &memory{}
	workerEnds := work(t, t.Context(), "w", url, &machine{Generator: &generator{}, workers: 1}, func(w *Worker) { w.Address.CA = cert })
	if err := c.Run(t.Context(), phases(t, 5, nil, "a"), sink); err != nil {
		t.Fatal(err)
	}
	if err := <-workerEnds; err != nil {
		t.Error(err)
	}
	sink.once(t, 5, record.Done)
	// Where TLS is asked for, a server without it is not spoken to.
	bare := serve(t, t.TempDir(), "127.0.0.1:0")
	if _, err := dial(Address{URLs: []string{"tls://worker-token@" + bare.Addr.String()}, CA: cert}, "w", nil); err == nil {
		t.Error("a worker sent its token without TLS")
	}
}

// A worker's clock may be wrong: what it says of time is corrected.
func TestAttemptsHaveTheTimeOfTheCoordinator(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &memory{}
	ahead := func() time.Time { return time.Now().Add(48 * time.Hour) }
	workerEnds := work(t, t.Context(), "w", s.url(), &machine{Generator: &generator{}, workers: 1}, func(w *Worker) {
		w.Now = ahead
		w.Clock.Now = ahead
	})
	if err := c.Run(t.Context(), phases(t, 3, nil, "a"), sink); err != nil {
		t.Fatal(err)
	}
	if err := <-workerEnds; err != nil {
		t.Error(err)
	}
	sink.once(t, 3, record.Done)
	for _, all := range sink.results {
		if off := time.Since(all[0].Attempts[0].Started).Abs(); off > time.Minute {
			t.Errorf("an attempt began %s from now", off)
		}
	}
}
