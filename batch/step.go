package batch

import (
	"context"
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/reply"
)

// step is the next attempt: its request, and how its answer is used.
type step struct {
	remedy contract.Remedy
	req    llm.Request
	// before is the text that the answer continues; "" if the answer is the
	// whole reply.
	before string
	// draft receives the answer, for RemedyFields and RemedyExtend.
	draft *contract.Draft
	// contract is the contract of the answer; nil for JSON.
	contract *contract.Contract
}

// next returns the job's next attempt, or why no further attempt is made.
func (l *lane) next(ctx context.Context, j *Job, past []record.Attempt) (st *step, gaveUp string, err error) {
	s := newState(j, past)
	continues := s.wantsOpenTurn() && l.continues(ctx, j.Model)
	st = &step{remedy: s.choose(continues), contract: j.Prompt.Contract}
	if gaveUp := s.givenUp(st.remedy, l.run.MaxTokens); gaveUp != "" {
		return nil, gaveUp, nil
	}
	st.req = llm.Request{Model: j.Model, Messages: j.Messages, Seed: AttemptSeed(j.Seed, len(past)+1)}
	if err := s.fill(st, continues); err != nil {
		return nil, "", fmt.Errorf("prompt %s: words for %s: %w", j.Prompt.Name, st.remedy, err)
	}
	if l.run.MaxTokens > 0 {
		st.req.Model.NumPredict = min(st.req.Model.NumPredict, l.run.MaxTokens-s.spent)
	}
	return st, "", nil
}

// givenUp returns why no further request would help, or "".
func (s *state) givenUp(remedy contract.Remedy, maxTokens int) string {
	switch {
	case maxTokens > 0 && s.spent >= maxTokens:
		return fmt.Sprintf("it used up its %d tokens", maxTokens)
	case whole(remedy) && s.fills >= 2 && s.wholeBudget() <= s.lastBudget:
		return fmt.Sprintf("its reply used all of its %d tokens %d times in a row", s.lastBudget, s.fills)
	}
	return ""
}

// wantsOpenTurn reports whether it matters that the model continues a reply whose
// turn is left open.
func (s *state) wantsOpenTurn() bool {
	return s.cause == contract.CauseCut || s.cause == contract.CauseBody && s.unended() || s.structured() && s.head != ""
}

// fill completes a step's request.
func (s *state) fill(st *step, continues bool) error {
	switch st.remedy {
	case contract.RemedyFirst:
		return nil
	case contract.RemedyContinue, contract.RemedyFinish:
		return s.fillContinue(st)
	case contract.RemedyFields:
		return s.fillFields(st)
	case contract.RemedyExtend:
		return s.fillExtend(st)
	case contract.RemedySchema:
		return s.fillSchema(st)
	case contract.RemedyBody:
		return s.fillBody(st, continues)
	}
	return s.fillWhole(st)
}

// fillWhole requests the whole reply again.
func (s *state) fillWhole(st *step) (err error) {
	m := &st.req.Model
	m.NumPredict = s.wholeBudget()
	if st.remedy == contract.RemedyThinkLess || s.thinkLess {
		m.Think = thinkLess(m.Think)
	}
	m.Options = resampled(*m, s.verdict.Problems, s.wholes)
	if st.remedy == contract.RemedyAgain {
		problems := s.verdict.Problems
		if len(problems) == 0 && len(s.past) > 0 {
			problems = s.past[len(s.past)-1].Problems
		}
		st.req.Messages, err = s.job.Prompt.Again(s.job.Messages, problems)
	}
	return err
}

// fillContinue sends the reply back unchanged.
func (s *state) fillContinue(st *step) error {
	st.before = s.text
	st.req.Model.NumPredict = min(st.req.Model.NumPredict, s.windowLeft())
	st.req.Turns = []llm.Turn{{Assistant: true, Text: s.text, Thinking: s.thinking}}
	if st.remedy == contract.RemedyContinue {
		return s.retried(st)
	}
	return s.say(st, contract.RemedyContinue, nil)
}

// fillFields sends the post and requests its missing header fields.
func (s *state) fillFields(st *step) error {
	st.draft = s.verdict.Draft
	st.contract = s.job.Prompt.Contract.Only(st.draft.Missing)
	st.req.Model.NumPredict = s.fieldBudget()
	st.req.Turns = []llm.Turn{{Assistant: true, Text: s.text}}
	var labels []string
	for _, f := range s.missing() {
		labels = append(labels, f.Label)
	}
	return s.say(st, contract.RemedyFields, labels)
}

// fillExtend sends the post without its end marker and requests more of it.
func (s *state) fillExtend(st *step) error {
	c := s.job.Prompt.Contract
	st.draft = s.verdict.Draft
	open := *c
	open.End = nil
	st.before = strings.TrimRight(open.Compose(st.draft.Fields, st.draft.Body), "\n")
	st.req.Model.NumPredict = min(st.req.Model.NumPredict, s.windowLeft())
	st.req.Turns = []llm.Turn{{Assistant: true, Text: st.before}}
	// The addition begins a new paragraph.
	st.before += "\n\n"
	return s.say(st, contract.RemedyExtend, nil)
}

// say adds the words for a remedy as the user's turn.
func (s *state) say(st *step, remedy contract.Remedy, labels []string) error {
	words, err := s.job.Prompt.Words(remedy, s.verdict.Problems, labels)
	if err != nil {
		return err
	}
	st.req.Turns = append(st.req.Turns, llm.Turn{Text: words})
	// The request is small and shows the text, so no thinking is needed.
	st.req.Model.Think = thinkLess(st.req.Model.Think)
	return s.retried(st)
}

// retried changes the sampling if the same remedy has failed on this text.
func (s *state) retried(st *step) error {
	if n := s.tries[st.remedy]; n > 0 {
		st.req.Model.Options = resampled(st.req.Model, nil, n)
	}
	return nil
}

// mended is the text together with the answer. It is "" if the answer is the whole
// reply, or has no text to join.
func (st *step) mended(c *contract.Contract, answer string, end reply.End) string {
	switch {
	case st.remedy == contract.RemedyFields:
		return c.Compose(st.fields(c, answer), st.draft.Body)
	case st.before == "":
		return ""
	}
	text := reply.Join(st.before, answer)
	if st.draft != nil && st.draft.Closed && end == reply.Ended && strings.TrimSpace(answer) != "" {
		text = withMarker(c, text)
	}
	return text
}

// withMarker adds the end marker to a text whose earlier version had it, if the
// model's addition ended by itself without one.
func withMarker(c *contract.Contract, text string) string {
	if len(c.End) == 0 || reply.Read(c, text, reply.Ended).Post != nil {
		return text
	}
	return strings.TrimRight(text, " \t\n") + "\n\n" + c.End[0] + "\n"
}

// fields returns the draft's fields and the good fields of an answer.
func (st *step) fields(c *contract.Contract, answer string) []contract.Value {
	v := reply.Read(st.contract, answer, reply.Ended)
	var got []contract.Value
	switch {
	case v.Post != nil:
		got = v.Post.Fields
	case v.Draft != nil:
		got = v.Draft.Fields
	}
	return append(append([]contract.Value(nil), st.draft.Fields...), got...)
}
