package reply

import (
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/loop"
	"github.com/nightpress/nightpress/internal/phrases"
)

// thinkTags are how the thinking of a model begins and ends where the server
// leaves it in the reply.
var thinkTags = []struct{ begin, end string }{
	{"<think>", "</think>"},
	{"<thinking>", "</thinking>"},
	{"<thought>", "</thought>"},
	{"<reasoning>", "</reasoning>"},
	{"<seed:think>", "</seed:think>"},
	{"[THINK]", "[/THINK]"},
	{"◁think▷", "◁/think▷"},
	{"<|START_THINKING|>", "<|END_THINKING|>"},
	{"<thoughts>", "</thoughts>"},
	{"<thinking_process>", "</thinking_process>"},
	{"<reflection>", "</reflection>"},
	{"<scratchpad>", "</scratchpad>"},
	{"<analysis>", "</analysis>"},
	{"<longcat_think>", "</longcat_think>"},
	{"<mm:think>", "</mm:think>"},
	{"<|begin_of_thought|>", "<|end_of_thought|>"},
	{"<|thinking|>", "<|/thinking|>"},
	{"<|channel>thought", "<channel|>"},
	{"<|channel|>analysis<|message|>", "<|channel|>final<|message|>"},
	{"", "assistantfinal"}, // the same, with its tokens lost
}

// thinking is what is known of a model's thinking.
type thinking struct {
	open bool // a block was opened inside the reply and is not closed
	line int  // where it was opened
	tail int  // the line, in the body, at which a lone end tag stood; or 0
	n    int  // bytes that came apart from the reply
	loop loop.Detector
}

// thoughts passes over thinking in a line and returns what is left of it, with
// ok false when nothing is. A block that is closed takes everything before
// along, even what looked like a post: it was a draft. One that was never
// opened does so before the first field; behind it, only if a post begins
// there once more. A block that is never closed ends at the first field.
func (r *Reader) thoughts(s string) (rest string, ok bool) {
	if r.code() || !strings.ContainsAny(s, "<[◁a") {
		return s, true
	}
	at, tag := thinkEnd(s)
	switch {
	case at >= 0 && (r.think.open || r.state == inOpening || len(r.fields) == 0 && r.state == inBody && strings.TrimSpace(s[at+len(tag):]) == ""):
		opened := r.think.line
		r.think.open = false
		r.reset()
		r.repair(contract.RepairThinkText, max(opened, 1))
		rest = s[at+len(tag):]
		r.start = append(r.start[:0], rest+"\n"...)
		return r.thoughts(rest)
	case at >= 0 && (r.state == inHeader || r.state == inBody):
		if _, header := r.form.header(r.c, s[at+len(tag):]); header {
			line := r.raw
			r.reset()
			r.repair(contract.RepairThinkText, line)
			return s[at+len(tag):], true
		}
		r.think.tail = r.raw
		if strings.TrimSpace(s) == tag {
			r.repair(contract.RepairThinkText, r.raw)
			return "", false
		}
		return s, true
	}
	if r.state == inOpening && r.chatter == 0 && !r.think.open {
		t := strings.TrimSpace(s)
		for _, tag := range thinkTags {
			if rest, begins := strings.CutPrefix(t, tag.begin); begins && tag.begin != "" {
				r.think.open, r.think.line = true, r.raw
				r.repair(contract.RepairThinkText, r.raw)
				return rest, true
			}
		}
	}
	return s, true
}

// thinkEnd finds the last end tag in a line, outside code spans.
func thinkEnd(s string) (at int, tag string) {
	at = -1
	if strings.IndexByte(s, '/') < 0 && strings.IndexByte(s, '|') < 0 && !strings.Contains(s, "assistantfinal") {
		return at, "" // as nearly all lines
	}
	for _, t := range thinkTags {
		if i := strings.LastIndex(s, t.end); i > at && strings.Count(s[:i], "`")%2 == 0 {
			at, tag = i, t.end
		}
	}
	return at, tag
}

// withoutTags removes think tags from a field's value.
func withoutTags(s string) string {
	for again := true; again; {
		again = false
		for _, t := range thinkTags {
			for _, tag := range []string{t.begin, t.end} {
				if tag != "" && strings.Contains(s, tag) {
					s, again = strings.ReplaceAll(s, tag, ""), true
				}
			}
		}
	}
	return s
}

// muses reports whether a reply begins as models think that mark their thinking
// at its end alone, or not at all.
func muses(text string) bool {
	lower := plainStart(text)
	for _, m := range phrases.Musings {
		if rest, ok := strings.CutPrefix(lower, m); ok && !startsWord(rest) {
			return true
		}
	}
	return false
}

// FeedThinking takes the next piece of a model's thinking, where the server
// sends it apart from the reply, and reports whether to continue reading. What it
// answers does not depend on how the thinking was cut into chunks.
func (r *Reader) FeedThinking(chunk string) Signal {
	t := &r.think
	for i := 0; i < len(chunk) && r.signal == Continue; i++ {
		t.n++
		switch {
		case t.loop.Feed(chunk[i], false):
			r.stop(StoppedLoop)
		case r.MaxThinking > 0 && t.n > r.MaxThinking:
			r.stop(StoppedThinking)
		}
	}
	return r.signal
}

// OnlyThinking is the problem of a reply that is all thinking and no answer.
func OnlyThinking() contract.Problem {
	return contract.Problem{Code: contract.ProblemThinkingOnly, Message: "the reply is all thinking and no post", Ask: "think less and write the post"}
}
