package batch

import (
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
)

// course is how far a job has come: the parts that were accepted, and the step that is
// next. It depends only on the job and its attempts, so that an interrupted job
// continues at the same step, on any machine. The accepted text of a part is that of
// its last attempt; it is stored nowhere else.
type course struct {
	job *Job
	// step is the present step, and past are its attempts. post is set once the job
	// has one; then there is no step.
	step *step
	past []record.Attempt
	post *contract.Post

	// The parts of a post in sections that are there. outline is the text of plan.
	outline string
	plan    []contract.Planned
	parts   []accepted
	opening string
	closing string
	fields  *contract.Post

	// spent are the tokens of all attempts. bytes and tokens are those of the
	// accepted replies.
	spent, bytes, tokens int
}

// accepted is a part of the text, and the words with which it was requested.
type accepted struct{ ask, text string }

// newCourse returns how far a job has come with these attempts. An error is one of the
// prompt's templates.
func newCourse(j *Job, past []record.Attempt) (*course, error) {
	c := &course{job: j}
	if err := c.begin(); err != nil {
		return nil, err
	}
	for i := range past {
		if err := c.take(&past[i], c.read(&past[i])); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// PostOf returns the post that a job has after these attempts, read from their replies
// under the job's contract; nil if it has none.
func PostOf(j *Job, attempts []record.Attempt) *contract.Post {
	c, err := newCourse(j, attempts)
	if err != nil {
		return nil
	}
	return c.post
}

// read returns what an attempt's text is under the contract of the present step, nil
// if it does not meet it.
func (c *course) read(a *record.Attempt) *contract.Post {
	text := a.Joined
	if text == "" {
		text = a.Reply
	}
	if c.step == nil || a.Error != "" || text == "" || isTaken(a) || a.Remedy == contract.RemedySchema && c.step.structured() {
		return nil
	}
	return reply.Read(c.step.contract, text, endOf(a)).Post
}

// take adds an attempt at the present step. post is what was accepted of it, or nil.
func (c *course) take(a *record.Attempt, post *contract.Post) error {
	c.spent += a.EvalCount
	if c.step == nil {
		return nil
	}
	if post == nil {
		c.past = append(c.past, *a)
		return nil
	}
	if a.Thinking == "" {
		c.bytes, c.tokens = c.bytes+len(a.Reply), c.tokens+a.EvalCount
	}
	c.accept(post)
	return c.begin()
}

// accept keeps what the present step gave.
func (c *course) accept(post *contract.Post) {
	about := c.step.about
	if about == nil {
		c.post = post
		return
	}
	switch about.Kind {
	case contract.PartOutline:
		c.outline, c.plan = post.Body, reply.Outline(post.Body)
	case contract.PartFields:
		c.fields = post
	case contract.PartWhole:
		c.post = post
	default:
		c.parts = append(c.parts, accepted{c.step.ask, post.Body})
		switch about.Kind {
		case contract.PartOpening:
			c.opening = post.Body
		case contract.PartClosing:
			c.closing = post.Body
		}
	}
}

// begin makes the step that is next.
func (c *course) begin() (err error) {
	c.step, c.past = nil, nil
	s := c.job.Prompt.Contract.Sections
	switch {
	case c.post != nil:
	case s == nil:
		c.step = onlyStep(c.job)
	case c.plan == nil:
		c.step = c.stepFor(contract.Part{Kind: contract.PartOutline, Words: s.Budget()}, &record.Step{})
	case len(c.parts) < len(c.plan):
		err = c.beginSection(len(c.parts))
	case s.Closing && c.closing == "":
		err = c.beginText(contract.Part{Kind: contract.PartClosing, Words: s.Edge(), Last: true}, &record.Step{})
	case s.Opening && c.opening == "":
		err = c.beginText(contract.Part{Kind: contract.PartOpening, Words: s.Edge()}, &record.Step{})
	case len(c.job.Prompt.Contract.Fields) > 0 && c.fields == nil:
		err = c.beginFields()
	default:
		c.beginWhole()
	}
	return err
}

func (c *course) beginSection(i int) error {
	one := c.plan[i]
	return c.beginText(contract.Part{Kind: contract.PartSection, Heading: one.Heading, Words: one.Words, Last: i == len(c.plan)-1},
		&record.Step{N: i + 1, Of: len(c.plan), Heading: one.Heading})
}

// stepFor returns the step for a part.
func (c *course) stepFor(p contract.Part, about *record.Step) *step {
	j := c.job
	own := *j.Prompt
	own.Contract = j.Prompt.Contract.Of(p)
	about.Kind, about.Asked = p.Kind, p.Words
	return &step{about: about, contract: own.Contract, prompt: &own, model: j.Model, messages: j.Messages, spent: c.spent}
}

// tokensOfWord is the most tokens that a word has, in any language that models write
// well, and tokensOfHead a budget for header lines.
const tokensOfWord, tokensOfHead = 4, 1024

// beginText makes the step for a part of the text.
func (c *course) beginText(p contract.Part, about *record.Step) error {
	for _, one := range c.plan {
		if one.Heading != p.Heading {
			p.Others = append(p.Others, one.Heading)
		}
	}
	for _, one := range c.parts {
		p.Earlier = append(p.Earlier, one.text)
	}
	c.step = c.stepFor(p, about)
	if think := c.step.model.Think; think == nil || think == false {
		c.step.model.NumPredict = min(c.step.model.NumPredict, tokensOfWord*c.step.contract.Body.MaxWords+leastAnswer)
	}
	return c.converse(p, c.step.model.NumPredict)
}

// beginFields makes the step for the header lines.
func (c *course) beginFields() error {
	var keys []string
	for _, f := range c.job.Prompt.Contract.Fields {
		keys = append(keys, f.Key)
	}
	c.step = c.stepFor(contract.Part{Kind: contract.PartFields}, &record.Step{})
	own := *c.step.prompt
	own.Contract = c.job.Prompt.Contract.Only(keys)
	c.step.contract, c.step.prompt = own.Contract, &own
	return c.converse(contract.Part{Kind: contract.PartFields}, min(tokensOfHead, c.job.Model.NumPredict))
}

// converse fills in the conversation: the outline, the parts so far, and the request
// for this one. Parts that leave no room for an answer of so many tokens are omitted
// from the front.
func (c *course) converse(p contract.Part, answer int) error {
	j, about := c.job, c.step.about
	a := prompts.Ask{
		Outline: c.outline, N: about.N, Of: len(c.plan), Words: j.Prompt.Contract.Sections.Words,
		Section: contract.Planned{Heading: p.Heading, Words: p.Words},
	}
	if about.N > 0 {
		a.Section = c.plan[about.N-1]
	}
	ask, err := j.Prompt.Ask(p.Kind, j.Values, a)
	if err != nil {
		return err
	}
	room := j.Model.NumCtx - answer - forWords - EstimateTokens(len(j.Messages.System)+len(j.Messages.User)+len(ask)) - c.estimate(c.outline)
	from := len(c.parts)
	for from > 0 {
		one := c.parts[from-1]
		if room -= EstimateTokens(len(one.ask)) + c.estimate(one.text); room < 0 {
			break
		}
		from--
	}
	about.Omitted = from
	kept := c.parts[from:]
	c.step.turns = []llm.Turn{{Assistant: true, Text: c.outline}}
	if j.Prompt.Quotes(p.Kind) {
		// The text is in the request, and need not be in the conversation too.
		var texts []string
		for _, one := range kept {
			texts = append(texts, one.text)
		}
		a.Before = strings.Join(texts, "\n\n")
		c.step.ask, err = j.Prompt.Ask(p.Kind, j.Values, a)
		return err
	}
	for _, one := range kept {
		c.step.turns = append(c.step.turns, llm.Turn{Text: one.ask}, llm.Turn{Assistant: true, Text: one.text})
	}
	c.step.ask = ask
	return nil
}

// leastMeasured is from how many tokens on the model's own replies say how many tokens
// a text has.
const leastMeasured = 200

// estimate returns how many tokens a text of the model's has, on the high side.
func (c *course) estimate(text string) int {
	if c.tokens < leastMeasured || c.bytes == 0 {
		return EstimateTokens(len(text))
	}
	return len(text) * c.tokens * 11 / (c.bytes * 10)
}

// beginWhole makes the post of its parts. If it meets the prompt's contract, it is the
// job's, and no step is left.
func (c *course) beginWhole() {
	j := c.job
	texts := slices.DeleteFunc(append([]string{c.opening}, c.sections()...), func(s string) bool { return s == "" })
	if c.closing != "" {
		texts = append(texts, c.closing)
	}
	var fields []contract.Value
	if c.fields != nil {
		fields = c.fields.Fields
	}
	text := j.Prompt.Contract.Compose(fields, strings.Join(texts, "\n\n"))
	if c.post = reply.Read(j.Prompt.Contract, text, reply.Ended).Post; c.post != nil {
		return
	}
	c.step = onlyStep(j)
	c.step.about, c.step.text, c.step.spent = &record.Step{Kind: contract.PartWhole}, text, c.spent
}

func (c *course) sections() (texts []string) {
	for _, one := range c.parts[:len(c.plan)] {
		texts = append(texts, one.text)
	}
	return texts
}
