package batch_test

import (
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
)

func TestAJobsIDChangesWithWhateverCouldChangeThePostAndNothingElse(t *testing.T) {
	model := batch.Model{Name: "m", Label: "m", Digest: "d", NumCtx: 1, NumPredict: 1, Options: map[string]any{"top_k": 1}}
	msgs := prompts.Messages{System: "s", User: "u"}
	contract := &reply.Contract{End: []string{"</END>"}}
	id := batch.JobID(model, msgs, contract, 1)
	with := func(change func(*batch.Model)) string {
		m := model
		change(&m)
		return batch.JobID(m, msgs, contract, 1)
	}
	for name, other := range map[string]string{
		"digest":      with(func(m *batch.Model) { m.Digest = "e" }),
		"num_ctx":     with(func(m *batch.Model) { m.NumCtx = 2 }),
		"num_predict": with(func(m *batch.Model) { m.NumPredict = 2 }),
		"think":       with(func(m *batch.Model) { m.Think = false }),
		"options":     with(func(m *batch.Model) { m.Options = map[string]any{"top_k": 2} }),
		"user text":   batch.JobID(model, prompts.Messages{System: "s", User: "v"}, contract, 1),
		"system text": batch.JobID(model, prompts.Messages{System: "t", User: "u"}, contract, 1),
		"contract":    batch.JobID(model, msgs, &reply.Contract{End: []string{"</FIN>"}}, 1),
		"seed":        batch.JobID(model, msgs, contract, 2),
	} {
		if other == id {
			t.Errorf("another %s, the same ID", name)
		}
	}
	for name, other := range map[string]string{
		"name":  with(func(m *batch.Model) { m.Name = "n" }),
		"label": with(func(m *batch.Model) { m.Label = "n" }),
	} {
		if other != id {
			t.Errorf("another %s, another ID", name)
		}
	}
}

func TestSeedsDifferByTopicAndAttemptAndFitTheServersInteger(t *testing.T) {
	seen := map[int64]bool{}
	for _, topic := range []string{"a", "b", "c"} {
		base := batch.JobSeed(1, topic, 0)
		for n := 1; n <= 4; n++ {
			s := batch.AttemptSeed(base, n)
			if s < 0 || s > 0x7fffffff {
				t.Errorf("seed %d", s)
			}
			if seen[s] {
				t.Errorf("seed %d twice", s)
			}
			seen[s] = true
			if again := batch.AttemptSeed(batch.JobSeed(1, topic, 0), n); again != s {
				t.Errorf("seed of %s, attempt %d: %d then %d", topic, n, s, again)
			}
		}
	}
}
