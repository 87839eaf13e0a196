package llmtest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/llm"
)

// Run runs the suite. open returns a backend whose server nobody else uses.
func Run(t *testing.T, open func(t *testing.T) *Backend) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *Backend)
	}{
		{"a model is loaded and unloaded", testLoad},
		{"a model that is not there is a fault of the model", testNoModel},
		{"a reply comes whole and in order, and is counted", testReply},
		{"a reply that is long enough ends without a fault", testLength},
		{"a reply ends when no more is wanted", testEnd},
		{"a canceled context ends every call", testCanceled},
		{"a canceled context ends a reply in its middle", testCanceledReply},
		{"a context ends a silent reply", testCanceledSilence},
		{"a reply that breaks off is a fault", testCut},
		{"a reply that falls silent is a hang", testHang},
		{"a server that is away is waited for", testAway},
		{"each failure is the right fault", testFailures},
		{"many goroutines ask at once", testMany},
		{"an open turn is continued", testOpenTurn},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// resident waits until the server says that the model is in memory, or not.
func resident(t *testing.T, b *Backend, want bool) {
	t.Helper()
	deadline := time.Now().Add(soon)
	for {
		got, err := b.Resident(t.Context(), b.Model)
		if err != nil {
			t.Fatal(err)
		}
		if got == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the model is in memory: %v, want %v", got, want)
		}
	}
}

func testLoad(t *testing.T, b *Backend) {
	if err := b.Probe(t.Context()); err != nil {
		t.Fatalf("a server that is there: %v", err)
	}
	for range 2 {
		if err := b.Load(t.Context(), b.Model); err != nil {
			t.Fatal(err)
		}
		resident(t, b, true)
	}
	for range 2 {
		if err := b.Unload(t.Context(), b.Model); err != nil {
			t.Fatal(err)
		}
		resident(t, b, false)
	}
}

func testNoModel(t *testing.T, b *Backend) {
	b.Model.Name = "no-such-model-for-llmtest"
	wantFault(t, b.Load(t.Context(), b.Model), llm.FaultModel, llm.NoTrouble)
	wantFault(t, b.ask(t.Context(), t, b.request(1), nil).err, llm.FaultModel, llm.NoTrouble)
	if in, err := b.Resident(t.Context(), b.Model); in || err != nil {
		t.Errorf("resident is %v, %v", in, err)
	}
}

func testReply(t *testing.T, b *Backend) {
	r := b.ask(t.Context(), t, b.request(7), nil)
	if r.err != nil {
		t.Fatal(r.err)
	}
	u := r.usage
	if r.chunks < 10 || u.EvalCount < 10 || u.PromptEvalCount < 1 || u.DoneReason != "stop" || u.Estimated {
		t.Errorf("%d chunks, usage %+v", r.chunks, u)
	}
	if u.Took <= 0 || u.Took > time.Minute {
		t.Errorf("it took %s", u.Took)
	}
	if !b.HeedsSettings {
		return
	}
	if again := b.ask(t.Context(), t, b.request(7), nil); again.text != r.text {
		t.Errorf("the same seed gives\n%s\nand then\n%s", r.text, again.text)
	}
}

func testLength(t *testing.T, b *Backend) {
	if !b.HeedsSettings {
		t.Skip("the server does not count")
	}
	b.Model.NumPredict = 5
	r := b.ask(t.Context(), t, b.request(1), nil)
	if r.err != nil || r.usage.DoneReason != "length" || r.usage.EvalCount > 6 {
		t.Errorf("usage %+v, %v", r.usage, r.err)
	}
}

func testEnd(t *testing.T, b *Backend) {
	for _, end := range []error{llm.ErrStop, llm.ErrAbort} {
		calls := 0
		r := b.ask(t.Context(), t, b.request(1), func(n int) error {
			if calls = n; n >= 3 {
				return end
			}
			return nil
		})
		if r.err != nil || calls != 3 || r.usage.EvalCount < 3 {
			t.Errorf("%v: %d chunks, usage %+v, %v", end, calls, r.usage, r.err)
		}
	}
	// The server is free again.
	if r := b.ask(t.Context(), t, b.request(1), nil); r.err != nil {
		t.Error(r.err)
	}
}

var errCanceled = errors.New("canceled by llmtest")

func testCanceled(t *testing.T, b *Backend) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errCanceled)
	for what, call := range map[string]func() error{
		"load":     func() error { return b.Load(ctx, b.Model) },
		"unload":   func() error { return b.Unload(ctx, b.Model) },
		"resident": func() error { _, err := b.Resident(ctx, b.Model); return err },
		"probe":    func() error { return b.Probe(ctx) },
		"generate": func() error { return b.ask(ctx, t, b.request(1), nil).err },
	} {
		began := time.Now()
		err := call()
		if err == nil || time.Since(began) > soon {
			t.Errorf("%s: %v after %s", what, err, time.Since(began))
		}
		notTheServers(t, what, err)
	}
}

// notTheServers fails the test if the end of a context is reported as a fault
// that would make the engine wait for the server or bring the model back.
func notTheServers(t *testing.T, what string, err error) {
	t.Helper()
	if fault, ok := errors.AsType[*llm.Fault](err); ok && !errors.Is(err, errCanceled) && !errors.Is(err, context.Canceled) {
		t.Errorf("%s: a context that ended is told as %s: %v", what, fault.Kind, err)
	}
}

func testCanceledReply(t *testing.T, b *Backend) {
	ctx, cancel := context.WithCancelCause(t.Context())
	r := b.ask(ctx, t, b.request(1), func(n int) error {
		if n == 3 {
			cancel(errCanceled)
		}
		return nil
	})
	if !errors.Is(r.err, errCanceled) && !errors.Is(r.err, context.Canceled) {
		t.Errorf("%d chunks, %v", r.chunks, r.err)
	}
	if r := b.ask(t.Context(), t, b.request(1), nil); r.err != nil {
		t.Errorf("the next reply: %v", r.err)
	}
}

func testCanceledSilence(t *testing.T, b *Backend) {
	if b.Hang == nil {
		t.Skip("the server does not hang on demand")
	}
	b.Hang()
	ctx, cancel := context.WithCancelCause(t.Context())
	begun := make(chan struct{})
	go func() {
		<-begun
		cancel(errCanceled)
	}()
	r := b.ask(ctx, t, b.request(1), func(n int) error {
		if n == 1 {
			close(begun)
		}
		return nil
	})
	if !errors.Is(r.err, errCanceled) && !errors.Is(r.err, context.Canceled) {
		t.Errorf("%d chunks, %v", r.chunks, r.err)
	}
}

func testCut(t *testing.T, b *Backend) {
	if b.Cut == nil {
		t.Skip("the server does not break replies off on demand")
	}
	b.Cut()
	r := b.ask(t.Context(), t, b.request(1), nil)
	wantFault(t, r.err, llm.FaultRetry, llm.NoTrouble)
	if r.chunks == 0 || r.usage.EvalCount < r.chunks {
		t.Errorf("%d chunks before, usage %+v", r.chunks, r.usage)
	}
}

func testHang(t *testing.T, b *Backend) {
	if b.Hang == nil {
		t.Skip("the server does not hang on demand")
	}
	b.Hang()
	wantFault(t, b.ask(t.Context(), t, b.request(1), nil).err, llm.FaultRetry, llm.Hang)
}

func testAway(t *testing.T, b *Backend) {
	if b.Away == nil {
		t.Skip("the server does not go away on demand")
	}
	b.Away()
	wantFault(t, b.Probe(t.Context()), llm.FaultPause, llm.NoTrouble)
	wantFault(t, b.Load(t.Context(), b.Model), llm.FaultPause, llm.NoTrouble)
	wantFault(t, b.Unload(t.Context(), b.Model), llm.FaultPause, llm.NoTrouble)
	wantFault(t, b.ask(t.Context(), t, b.request(1), nil).err, llm.FaultPause, llm.NoTrouble)
	b.Back()
	if err := b.Probe(t.Context()); err != nil {
		t.Errorf("back again: %v", err)
	}
	if b.Hang == nil {
		return
	}
	// It may also go in the middle of a reply, which then is nobody's fault.
	b.Hang()
	r := b.ask(t.Context(), t, b.request(1), func(n int) error {
		if n == 2 {
			b.Away()
		}
		return nil
	})
	wantFault(t, r.err, llm.FaultPause, llm.NoTrouble)
	b.Back()
	if r := b.ask(t.Context(), t, b.request(1), nil); r.err != nil {
		t.Errorf("the next reply: %v", r.err)
	}
}

func testFailures(t *testing.T, b *Backend) {
	if len(b.Failures) == 0 {
		t.Skip("the server does not fail on demand")
	}
	for _, f := range b.Failures {
		t.Run(f.Name, func(t *testing.T) {
			f.Cause()
			wantFault(t, b.ask(t.Context(), t, b.request(1), nil).err, f.Kind, f.Trouble)
		})
	}
	if r := b.ask(t.Context(), t, b.request(1), nil); r.err != nil {
		t.Errorf("the reply after them: %v", r.err)
	}
}

func testMany(t *testing.T, b *Backend) {
	var all sync.WaitGroup
	replies := make([]reply, 8)
	for i := range replies {
		all.Go(func() {
			replies[i] = b.ask(t.Context(), t, b.request(int64(i%2)), nil)
			if err := b.Probe(t.Context()); err != nil {
				t.Error(err)
			}
			if _, err := b.Resident(t.Context(), b.Model); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i, r := range replies {
		if r.err != nil || r.chunks < 10 || r.usage.DoneReason != "stop" {
			t.Errorf("reply %d: %d chunks, usage %+v, %v", i, r.chunks, r.usage, r.err)
		}
	}
}

func testOpenTurn(t *testing.T, b *Backend) {
	c, ok := b.Generator.(llm.Continuer)
	if !ok {
		t.Skip("the backend does not say")
	}
	continues, err := c.Continues(t.Context(), b.Model)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Continues(t.Context(), b.Model); err != nil || again != continues {
		t.Errorf("it continues: %v, and then %v, %v", continues, again, err)
	}
	req := b.request(1)
	first := b.ask(t.Context(), t, req, nil)
	if first.err != nil {
		t.Fatal(first.err)
	}
	half := first.text[:len(first.text)/2]
	req.Turns = []llm.Turn{{Assistant: true, Text: half}}
	r := b.ask(t.Context(), t, req, nil)
	// A model may think that half of its reply is enough.
	if r.err != nil || r.usage.DoneReason != "stop" {
		t.Fatalf("%d chunks, usage %+v, %v", r.chunks, r.usage, r.err)
	}
	if continues && b.HeedsSettings && strings.HasPrefix(r.text, half) {
		t.Errorf("the reply begins anew:\n%s", r.text)
	}
}
