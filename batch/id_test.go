package batch_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
)

func TestAJobsIDChangesWithWhateverCouldChangeThePostAndNothingElse(t *testing.T) {
	model := llm.Model{Name: "m", Label: "m", Digest: "d", NumCtx: 1, NumPredict: 1, Options: map[string]any{"top_k": 1}}
	msgs := llm.Messages{System: "s", User: "u"}
	agreed := &contract.Contract{End: []string{"</END>"}}
	id := batch.JobID(model, msgs, agreed, 1)
	with := func(change func(*llm.Model)) string {
		m := model
		change(&m)
		return batch.JobID(m, msgs, agreed, 1)
	}
	for name, other := range map[string]string{
		"digest":      with(func(m *llm.Model) { m.Digest = "e" }),
		"num_ctx":     with(func(m *llm.Model) { m.NumCtx = 2 }),
		"num_predict": with(func(m *llm.Model) { m.NumPredict = 2 }),
		"think":       with(func(m *llm.Model) { m.Think = false }),
		"mode":        with(func(m *llm.Model) { m.Mode = llm.ModeStructured }),
		"thinking":    with(func(m *llm.Model) { m.ThinkBudget = 2 }),
		"options":     with(func(m *llm.Model) { m.Options = map[string]any{"top_k": 2} }),
		"user text":   batch.JobID(model, llm.Messages{System: "s", User: "v"}, agreed, 1),
		"system text": batch.JobID(model, llm.Messages{System: "t", User: "u"}, agreed, 1),
		"contract":    batch.JobID(model, msgs, &contract.Contract{End: []string{"</FIN>"}}, 1),
		"seed":        batch.JobID(model, msgs, agreed, 2),
	} {
		if other == id {
			t.Errorf("another %s, the same ID", name)
		}
	}
	for name, other := range map[string]string{
		"name":  with(func(m *llm.Model) { m.Name = "n" }),
		"label": with(func(m *llm.Model) { m.Label = "n" }),
	} {
		if other != id {
			t.Errorf("another %s, another ID", name)
		}
	}
}

// The posts of people who change nothing must not be requested again.
func TestASettingThatIsNotUsedLeavesTheIDAsItWas(t *testing.T) {
	m := llm.Model{Name: "m", Digest: "d", NumCtx: 4096, NumPredict: 1024, Think: false, Options: map[string]any{"top_k": 1}}
	msgs := llm.Messages{User: "u"}
	agreed := &contract.Contract{End: []string{"</END>"}}
	text, err := json.Marshal(struct {
		Version  int
		Messages llm.Messages
		Contract *contract.Contract
		Digest   string
		NumCtx   int
		Predict  int
		Think    any
		Options  map[string]any
		Seed     int64
	}{1, msgs, agreed, m.Digest, m.NumCtx, m.NumPredict, m.Think, m.Options, 1})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	if got := batch.JobID(m, msgs, agreed, 1); got != hex.EncodeToString(sum[:]) {
		t.Errorf("ID %s", got)
	}
	m.Mode = llm.ModeText
	if got := batch.JobID(m, msgs, agreed, 1); got != hex.EncodeToString(sum[:]) {
		t.Errorf("ID of the mode that is the default: %s", got)
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

func TestAnIDStaysWhatItWasInEarlierVersions(t *testing.T) {
	model := llm.Model{Name: "m", Label: "m", Digest: "d", NumCtx: 1, NumPredict: 1, Think: false, Options: map[string]any{"top_k": 1}}
	msgs := llm.Messages{System: `say "messages" <s>`, User: "u\n"}
	const want = "5cb514c8b63566f9fb1b5a3413ff86bceaaa8631223eab1f9fcc799b92bfa5ca"
	if got := batch.JobID(model, msgs, &contract.Contract{End: []string{"</END>"}}, 1); got != want {
		t.Errorf("got %s, want %s: every post of every user would be made again", got, want)
	}
}

func TestTheParametersOfAServerAreNoPartOfAJobsIdentity(t *testing.T) {
	m := llm.Model{Name: "m", Digest: "d", NumCtx: 8192, NumPredict: 4096, Options: map[string]any{"top_k": 5}}
	before := batch.JobID(m, llm.Messages{User: "Write."}, nil, 1)
	m.Sampling = map[string]any{"temperature": 0.8, "repeat_penalty": 1.1}
	if after := batch.JobID(m, llm.Messages{User: "Write."}, nil, 1); after != before {
		t.Errorf("%s became %s: every post would be asked for again", before, after)
	}
}

// An Identity hashes what messages share once. That must not show in any ID.
func FuzzManyJobsHaveTheIDsThatEachHasAlone(f *testing.F) {
	f.Add("system", "Write about: ", "cats", "dogs", "", "Write about dogs")
	f.Add("", "Schreibe über: ", "Möhren", "Möwen", "M\xc3", "über")
	f.Add("s", "é\u2028<&>\"", "\\", "\x00", "\xff\xfe", "")
	f.Add("", "\xe2\x80", "\xa8", "\xa9", "x", "\xe2")
	m := llm.Model{Name: "m", Digest: "d", NumCtx: 4096, NumPredict: 1024, Options: map[string]any{"top_k": 1}}
	agreed := &contract.Contract{End: []string{"</END>"}}
	f.Fuzz(func(t *testing.T, system, before, a, b, c, other string) {
		ids := batch.NewIdentity(m, agreed, 1)
		for _, msgs := range []llm.Messages{
			{System: system, User: before + a}, {System: system, User: before + b}, {System: system, User: before + a + c},
			{System: other, User: before + c}, {System: system, User: other}, {System: system, User: before}, {System: system, User: before + a},
		} {
			text, err := json.Marshal(struct {
				Version  int
				Messages llm.Messages
				Contract *contract.Contract
				Digest   string
				NumCtx   int
				Predict  int
				Think    any
				Options  map[string]any
				Seed     int64
			}{1, msgs, agreed, m.Digest, m.NumCtx, m.NumPredict, m.Think, m.Options, 1})
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(text)
			if got := ids.ID(msgs, nil); got != hex.EncodeToString(sum[:]) {
				t.Errorf("%q has the ID %s", msgs, got)
			}
			if got := ids.IDOf([]byte(msgs.System), []byte(msgs.User), nil); got != hex.EncodeToString(sum[:]) {
				t.Errorf("%q in a buffer has the ID %s", msgs, got)
			}
		}
	})
}
