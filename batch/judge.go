package batch

import (
	"context"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/reply"
)

// generate sends a step's request and checks the reply while it streams.
func (l *lane) generate(ctx context.Context, t *task, tr *try, a *attempted) error {
	j := t.job
	started := l.run.Clock.now()
	a.Started = started.Round(0)
	reader := tr.reader()
	var text, thinking strings.Builder
	chunks := 0
	id := l.tuner.asked(started)
	defer func() { l.tuner.ended(id, l.run.Clock.now()) }()
	usage, err := l.Generator.Generate(ctx, tr.req, func(c llm.Chunk) error {
		if chunks++; chunks == 1 {
			a.FirstToken = l.run.since(started)
			l.run.emit(FirstToken{l.Name, j, time.Duration(a.FirstToken * float64(time.Second))})
		}
		now := l.run.Clock.now()
		t.progress.token(now)
		l.silence.heard.Store(time.Now().UnixNano())
		if l.tuner.token(id, now) {
			l.tuned()
		}
		l.run.emit(Tokens{l.Name, j, 1})
		text.WriteString(c.Content)
		thinking.WriteString(c.Thinking)
		said := advice(reader, c)
		if said != nil {
			// The next request may have its first token before this one returns.
			l.tuner.ended(id, now)
		}
		return said
	})
	l.tuner.read(time.Duration(usage.PromptEvalSeconds * float64(time.Second)))
	a.Seconds = l.run.since(started)
	if usage.Took > 0 {
		a.Seconds = min(a.Seconds, usage.Took.Seconds())
		a.FirstToken = min(a.FirstToken, a.Seconds)
	}
	l.reloaded(j.Model, started, usage)
	a.Usage, a.Reply, a.Thinking = usage, text.String(), thinking.String()
	if err != nil {
		a.Error = hint.Text(err)
	}
	tr.judge(tr.step.contract, reader, a, err)
	l.run.account(j.Model, a)
	return err
}

// reader returns the reader of the answer, which has already read the text that the
// answer continues. It is nil for JSON, which is checked once it is complete.
func (tr *try) reader() *reply.Reader {
	if tr.contract == nil {
		return nil
	}
	reader := reply.NewReader(tr.contract)
	reader.MaxThinking = thinkingBudget(tr.req.Model)
	reader.Feed(tr.before)
	return reader
}

// advice feeds a chunk to the reader and returns its signal as a Generator's error.
func advice(reader *reply.Reader, c llm.Chunk) error {
	if reader == nil {
		return nil
	}
	signal := reply.Continue
	if c.Thinking != "" {
		signal = reader.FeedThinking(c.Thinking)
	}
	if c.Content != "" && signal == reply.Continue {
		signal = reader.Feed(c.Content)
	}
	switch signal {
	case reply.Complete:
		return llm.ErrStop
	case reply.Hopeless:
		return llm.ErrAbort
	}
	return nil
}

// judge checks the reply against the contract, or the text that it completes, which
// a new reader then reads from the beginning. An empty reply with an error has no
// problems: the error says everything.
func (tr *try) judge(c *contract.Contract, reader *reply.Reader, a *attempted, err error) {
	if err != nil && a.Reply == "" && a.Thinking == "" {
		return
	}
	end := endOf(&a.Attempt)
	var v contract.Verdict
	switch {
	case tr.contract == nil:
		a.Joined, v = headOf(c, a.Reply)
		a.Repairs, a.Problems = v.Repairs, v.Problems
		switch {
		case v.Post == nil:
			a.Cause = contract.CauseMalformed
		case tr.step.isHead() && err == nil:
			a.post = v.Post
		}
		return
	case tr.before == "" && tr.draft == nil:
		v = reader.Close(end)
	case strings.TrimSpace(a.Reply) == "":
		v = reply.Read(c, a.Reply, end)
	default:
		a.Joined = tr.mended(c, a.Reply, end)
		v = reply.Read(c, a.Joined, end)
	}
	a.Repairs, a.Problems = v.Repairs, v.Problems
	a.Cause = reply.Diagnose(v, end)
	if a.Reply == "" && a.Thinking != "" && a.Joined == "" {
		a.Cause = contract.CauseThinking
	}
	if why := reader.Stopped(); why != "" && !reply.Wanted(why) {
		a.Aborted = why
	}
	if err == nil {
		a.post = v.Post
	}
}

func (r *run) since(t time.Time) float64 { return r.Clock.now().Sub(t).Seconds() }
