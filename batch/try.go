package batch

import (
	"context"
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/reply"
)

// try is the next attempt: its request, and how its answer is used.
type try struct {
	step   *step
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

// next returns attempt n of a job, the next one of its present step, or why no further
// attempt is made.
func (l *lane) next(ctx context.Context, j *Job, c *course, n int) (tr *try, gaveUp string, err error) {
	s := newState(c.step, c.past)
	continues := s.wantsOpenTurn() && l.continues(ctx, j.Model)
	tr = &try{step: c.step, remedy: s.choose(continues), contract: c.step.contract}
	if gaveUp := s.givenUp(tr.remedy, l.run.MaxTokens); gaveUp != "" {
		return nil, gaveUp, nil
	}
	tr.req = llm.Request{Model: c.step.model, Seed: AttemptSeed(j.Seed, n)}
	tr.req.Messages, tr.req.Turns = c.step.request("")
	if err := s.fill(tr, continues); err != nil {
		return nil, "", fmt.Errorf("prompt %s: words for %s: %w", j.Prompt.Name, tr.remedy, err)
	}
	if l.run.MaxTokens > 0 {
		tr.req.Model.NumPredict = min(tr.req.Model.NumPredict, l.run.MaxTokens-s.spent)
	}
	return tr, "", nil
}

// givenUp returns why no further request would help, or "".
func (s *state) givenUp(remedy contract.Remedy, maxTokens int) string {
	switch {
	case maxTokens > 0 && s.spent >= maxTokens:
		return fmt.Sprintf("it used up its %d tokens", maxTokens)
	case s.step.text != "" && whole(remedy):
		return "the parts make no post: " + s.verdict.Problems[0].Message
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
func (s *state) fill(tr *try, continues bool) error {
	switch tr.remedy {
	case contract.RemedyFirst:
		return nil
	case contract.RemedyContinue, contract.RemedyFinish:
		return s.fillContinue(tr)
	case contract.RemedyFields:
		return s.fillFields(tr)
	case contract.RemedyExtend:
		return s.fillExtend(tr)
	case contract.RemedySchema:
		return s.fillSchema(tr)
	case contract.RemedyBody:
		return s.fillBody(tr, continues)
	}
	return s.fillWhole(tr)
}

// fillWhole requests the whole reply again.
func (s *state) fillWhole(tr *try) (err error) {
	m := &tr.req.Model
	m.NumPredict = s.wholeBudget()
	if tr.remedy == contract.RemedyThinkLess || s.thinkLess {
		m.Think = thinkLess(m.Think)
	}
	m.Options = resampled(*m, s.verdict.Problems, s.wholes)
	if tr.remedy == contract.RemedyAgain {
		problems := s.verdict.Problems
		if len(problems) == 0 && len(s.past) > 0 {
			problems = s.past[len(s.past)-1].Problems
		}
		var words string
		words, err = s.step.prompt.Words(contract.RemedyAgain, problems, nil)
		tr.req.Messages, tr.req.Turns = s.step.request(words)
	}
	return err
}

// fillContinue sends the reply back unchanged.
func (s *state) fillContinue(tr *try) error {
	tr.before = s.text
	tr.req.Model.NumPredict = min(tr.req.Model.NumPredict, s.windowLeft())
	tr.reply(llm.Turn{Assistant: true, Text: s.text, Thinking: s.thinking})
	if tr.remedy == contract.RemedyContinue {
		return s.retried(tr)
	}
	return s.say(tr, contract.RemedyContinue, nil)
}

// fillFields sends the post and requests its missing header fields.
func (s *state) fillFields(tr *try) error {
	tr.draft = s.verdict.Draft
	tr.contract = s.step.contract.Only(tr.draft.Missing)
	tr.req.Model.NumPredict = s.fieldBudget()
	tr.reply(llm.Turn{Assistant: true, Text: s.text})
	var labels []string
	for _, f := range s.missing() {
		labels = append(labels, f.Label)
	}
	return s.say(tr, contract.RemedyFields, labels)
}

// fillExtend sends the post without its end marker and requests more of it.
func (s *state) fillExtend(tr *try) error {
	c := s.step.contract
	tr.draft = s.verdict.Draft
	open := *c
	open.End = nil
	tr.before = strings.Trim(open.Compose(tr.draft.Fields, tr.draft.Body), "\n")
	tr.req.Model.NumPredict = min(tr.req.Model.NumPredict, s.windowLeft())
	tr.reply(llm.Turn{Assistant: true, Text: tr.before})
	// The addition begins a new paragraph.
	tr.before += "\n\n"
	return s.say(tr, contract.RemedyExtend, nil)
}

// reply adds a turn to the conversation.
func (tr *try) reply(t llm.Turn) { tr.req.Turns = append(tr.req.Turns, t) }

// say adds the words for a remedy as the user's turn.
func (s *state) say(tr *try, remedy contract.Remedy, labels []string) error {
	words, err := s.step.prompt.Words(remedy, s.verdict.Problems, labels)
	if err != nil {
		return err
	}
	tr.reply(llm.Turn{Text: words})
	// The request is small and shows the text, so no thinking is needed.
	tr.req.Model.Think = thinkLess(tr.req.Model.Think)
	return s.retried(tr)
}

// retried changes the sampling if the same remedy has failed on this text.
func (s *state) retried(tr *try) error {
	if n := s.tries[tr.remedy]; n > 0 {
		tr.req.Model.Options = resampled(tr.req.Model, nil, n)
	}
	return nil
}

// mended is the text together with the answer. It is "" if the answer is the whole
// reply, or has no text to join.
func (tr *try) mended(c *contract.Contract, answer string, end reply.End) string {
	switch {
	case tr.remedy == contract.RemedyFields:
		return c.Compose(tr.fields(c, answer), tr.draft.Body)
	case tr.before == "":
		return ""
	}
	text := reply.Join(tr.before, answer)
	if tr.draft != nil && tr.draft.Closed && end == reply.Ended && strings.TrimSpace(answer) != "" {
		text = withMarker(c, text)
	}
	return text
}

// withMarker adds the end marker to a text whose earlier version had it, if the
// model's addition ended by itself without one.
func withMarker(c *contract.Contract, text string) string {
	if c.Marker() == "" || reply.Read(c, text, reply.Ended).Post != nil {
		return text
	}
	return strings.TrimRight(text, " \t\n") + "\n\n" + c.Marker() + "\n"
}

// fields returns the draft's fields and the good fields of an answer.
func (tr *try) fields(c *contract.Contract, answer string) []contract.Value {
	v := reply.Read(tr.contract, answer, reply.Ended)
	var got []contract.Value
	switch {
	case v.Post != nil:
		got = v.Post.Fields
	case v.Draft != nil:
		got = v.Draft.Fields
	}
	return append(append([]contract.Value(nil), tr.draft.Fields...), got...)
}
