package batch_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
)

// One server has the model of a phase that comes later, and waits for it with nothing to
// do. It begins while the other server makes its posts.
func TestAPhaseThatIsAddedBeginsWhileOthersGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(context.Context, int, llm.Request) (string, llm.Usage, error) {
			time.Sleep(time.Minute)
			return wellFormed, whole, nil
		}
		serves := func(label string) func(llm.Model) bool {
			return func(m llm.Model) bool { return m.Label == label }
		}
		sink := &kept{}
		growth := new(batch.Growth)
		e := &batch.Engine{Growth: growth, Lanes: []batch.Lane{
			{Name: "one", Generator: &scripted{answer: slow}, Workers: 1, Serves: serves("a")},
			{Name: "other", Generator: &scripted{answer: slow}, Workers: 1, Serves: serves("b")},
		}}
		if growth.Add(only(t, phases(t, 2, "b"))) {
			t.Error("a run that has not begun takes a phase")
		}
		began, ended := time.Now(), make(chan error, 1)
		go func() { ended <- e.Run(t.Context(), phases(t, 5, "a"), sink) }()
		time.Sleep(90 * time.Second)
		if !growth.Add(only(t, phases(t, 2, "b"))) {
			t.Error("the run does not take the phase")
		}
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 5*time.Minute || len(sink.results) != 7 {
			t.Errorf("%d posts in %s", len(sink.results), took)
		}
		if growth.Add(only(t, phases(t, 2, "b"))) {
			t.Error("a run that is over takes a phase")
		}
	})
}

// A server that waits for a phase does not wait for jobs that nobody does any more.
func TestNobodyWaitsForAPhaseOnceTheOthersAreGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
		e := &batch.Engine{Growth: new(batch.Growth), Patience: time.Hour, Lanes: []batch.Lane{
			{Name: "gone", Generator: &scripted{load: func(int) error { return away }, probe: func(int) error { return away }}},
			{Name: "idle", Generator: &scripted{}, Serves: func(llm.Model) bool { return false }},
		}}
		if err := e.Run(t.Context(), phases(t, 2, "a"), &kept{}); !errors.Is(err, batch.ErrPatience) {
			t.Error(err)
		}
	})
}

// only is the one phase of these.
func only(t *testing.T, phases iter.Seq2[*batch.Phase, error]) (one *batch.Phase) {
	t.Helper()
	for p, err := range phases {
		if err != nil {
			t.Fatal(err)
		}
		one = p
	}
	return one
}
