package batch

import (
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/prompts"
)

// step is what a job has to get accepted next, under a contract of its own and with
// attempts and remedies of its own: the post, or one part of a post in sections. It is
// read-only.
type step struct {
	// about says which part it is; nil for a job that has one step.
	about    *record.Step
	contract *contract.Contract
	// prompt has the words of the remedies for a reply of the contract.
	prompt *prompts.Prompt
	model  llm.Model
	// messages and turns are the conversation so far. ask is the request that ends
	// it; "" if it ends with messages.
	messages llm.Messages
	turns    []llm.Turn
	ask      string
	// text is there before the first attempt, which only completes it.
	text string
	// spent are the tokens of the steps before.
	spent int
}

// onlyStep is the one step of a job whose post is requested as a whole.
func onlyStep(j *Job) *step {
	return &step{contract: j.Prompt.Contract, prompt: j.Prompt, model: j.Model, messages: j.Messages}
}

// structured reports whether the reply is requested as header lines first, and then as
// the body below them.
func (s *step) structured() bool { return s.about == nil && s.model.Mode == llm.ModeStructured }

// isOutline reports whether the reply is an outline. isHead reports whether it has
// only header lines.
func (s *step) isOutline() bool {
	p := s.contract.Part()
	return p != nil && p.Kind == contract.PartOutline
}
func (s *step) isHead() bool { return s.contract.FieldsOnly() }

// bySchema reports whether the whole reply can be requested as JSON.
func (s *step) bySchema() bool { return s.isOutline() || s.isHead() }

// request returns the messages of a request whose last words are the step's and, if
// there are any, more.
func (s *step) request(more string) (llm.Messages, []llm.Turn) {
	if more != "" {
		more = "\n\n" + more
	}
	m, turns := s.messages, s.turns[:len(s.turns):len(s.turns)]
	if s.ask == "" {
		m.User += more
		return m, turns
	}
	return m, append(turns, llm.Turn{Text: s.ask + more})
}

// bytes is the length of the conversation.
func (s *step) bytes() int {
	n := len(s.messages.System) + len(s.messages.User) + len(s.ask)
	for _, t := range s.turns {
		n += len(t.Text)
	}
	return n
}

// record is what an attempt of the step stores about it.
func (s *step) record() *record.Step {
	if s.about == nil {
		return nil
	}
	own := *s.about
	return &own
}

// reason says in which step a job was rejected.
func (s *step) reason(why string) string {
	if s.about == nil || s.about.Kind == contract.PartWhole {
		return why
	}
	return s.about.String() + ": " + why
}
