package reply

import (
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/loop"
	"github.com/nightpress/nightpress/internal/phrases"
)

// thinkTags are how the thinking of a model begins and ends where the server
// leaves it in the reply, in tokens of chat templates. thinkNames has the tags
// of HTML's kind.
var thinkTags = []struct{ begin, end string }{
	{"<think>", "</think>"},
	{"[THINK]", "[/THINK]"},
	{"<seed:think>", "</seed:think>"},
	{"◁think▷", "◁/think▷"},
	{"<|START_THINKING|>", "<|END_THINKING|>"},
	{"<mm:think>", "</mm:think>"},
	{"<|begin_of_thought|>", "<|end_of_thought|>"},
	{"<|thinking|>", "<|/thinking|>"},
	{"<|think|>", "<|/think|>"},
	{"<|inner_prefix|>", "<|inner_suffix|>"},
	{"<|channel>thought", "<channel|>"},
	{"<|channel|>analysis<|message|>", "<|channel|>final<|message|>"},
	{"<unused94>thought", "<unused95>"},      // MedGemma
	{"Thinking...\n", "...done thinking.\n"}, // as the client of a server prints it
	{"Thinking…\n", "…done thinking.\n"},
	{"", "assistantfinal"}, // gpt-oss, with its tokens lost
}

// thinkNames are the names of tags around thinking, as models make them up: in
// other languages, in capitals, in brackets, with attributes, or escaped.
const thinkNames = `think|thinking|thoughts?|thinking_process|thought_process|internal_thoughts?|reasoning|reason|reflection|scratch_?pad|analysis|cot|chain_of_thought|longcat_think|inner_monologue|internal_monologue|monologue|planning|brainstorm(?:ing)?` +
	`|réflexion|pensée|denken|gedanken|überlegung|pensamiento|razonamiento|pensamento|raciocínio|ragionamento|pensiero|düşünce|мысли|размышление|размышления|рассуждение|思考|思考过程|推理|생각|사고`

var (
	thinkBegin = lazy(`(?i)^[\s*_]*(?:\\?<|&lt;|\[|【)\s*(?:` + thinkNames + `)(?:\s[^<>]*)?\s*(?:\\?>|&gt;|\]|】)(?:\*\*)?|^\((?:` + thinkNames + `)\)$`)
	thinkClose = lazy(`(?i)(?:\*\*)?(?:\\?<|&lt;|\[|【)\s*/\s*(?:` + thinkNames + `)\s*(?:\\?>|&gt;|\]|】)(?:\*\*)?|^\((?:/|end of |end |done )(?:` + thinkNames + `)\)$`)
	// details matches a block that a page shows folded. Some servers wrap
	// thinking in one. summary matches its first line. typed matches one that
	// says so, or that holds the call of a tool (open-webui/open-webui#24634).
	details = lazy(`(?i)^\s*<details(?:\s[^<>]*)?>`)
	summary = lazy(`(?i)<summary(?:\s[^<>]*)?>.*?</summary>`)
	typed   = lazy(`(?i)^\s*<details\s[^<>]*type="(?:reasoning|thinking|tool_calls|code_interpreter)"[^<>]*>`)
	// thinkInfo is the language of a fence around thinking.
	thinkInfo = lazy(`(?i)^(?:` + thinkNames + `|plan|outline|draft|notes)$`)
)

// beginsThinking returns what follows the tag with which a line begins a block
// of thinking.
func beginsThinking(s string) (rest string, ok bool) {
	t := strings.TrimPrefix(strings.TrimSpace(s), "<|start|>assistant")
	if quoted := strings.Trim(t, "`"); len(t)-len(quoted) == 2 && t[0] == '`' && t[len(t)-1] == '`' && strings.HasPrefix(quoted, "<") {
		t = quoted // a tag alone in its line, set as code
	}
	for _, tag := range thinkTags {
		if rest, ok := strings.CutPrefix(t, strings.TrimSuffix(tag.begin, "\n")); ok && tag.begin != "" && (rest == "" || !strings.HasSuffix(tag.begin, "\n")) {
			return rest, true
		}
	}
	if t == "" || !strings.Contains("<\\&[*_(", t[:1]) && !strings.HasPrefix(t, "【") {
		return s, false
	}
	if loc := thinkBegin().FindStringIndex(t); loc != nil && (t[0] != '[' || loc[1] == len(t) || t[loc[1]] != '(') {
		return t[loc[1]:], true
	}
	return s, false
}

// thinking is what is known of a model's thinking.
type thinking struct {
	open bool // a block was opened inside the reply and is not closed
	line int  // where it was opened
	tail int  // the line, in the body, at which a lone end tag stood; or 0
	n    int  // bytes that came apart from the reply
	loop loop.Detector
	// folded is set if the open block ends with </details>, message if it ends
	// with <|end|>, as a message of harmony does.
	folded, message bool
	fence           fence // the block is a block of code, which ends it
}

// thoughts passes over thinking in a line and returns what is left of it, with
// ok false when nothing is. A block that is closed takes everything before
// along, even what looked like a post: it was a draft. One that was never
// opened does so before the first field; behind it, only if a post begins
// there once more. A block that is never closed ends at the first field.
func (r *Reader) thoughts(s string) (rest string, ok bool) {
	above := r.state == inOpening && len(r.fields) > 0 // the first field ends a block that is open
	if r.code() || r.call != "" && !above {
		return s, true // inCall finds the end of the block
	}
	if r.state == inOpening && strings.Contains(s, "<|channel|>analysis<|message|>") {
		r.think.message = true
	}
	at, end := r.thinkEnd(s)
	switch {
	case at >= 0 && (r.think.open || r.state == inOpening || len(r.fields) == 0 && r.state == inBody && strings.TrimSpace(s[end:]) == ""):
		opened := r.think.line
		r.think.open, r.think.folded, r.think.message, r.think.fence = false, false, false, fence{}
		r.reset()
		r.repair(contract.RepairThinkText, max(opened, 1))
		rest = s[end:]
		r.start = append(r.start[:0], rest+"\n"...)
		return r.thoughts(rest)
	case at >= 0 && (r.state == inHeader || r.state == inBody):
		return r.loneEnd(s, at, end)
	case r.state != atEnd && !above && !r.think.open && r.thinksAgain(s):
		return "", false
	case above && !r.think.open:
		if rest, ok := r.opensThinking(s); ok {
			return rest, true
		}
	}
	if r.think.folded {
		s = summary().ReplaceAllString(s, "")
	}
	return s, true
}

// loneEnd takes a line below the first header line with an end tag, from at to
// end, of a block that was never opened.
func (r *Reader) loneEnd(s string, at, end int) (rest string, ok bool) {
	if _, header := r.form.header(r.c, s[end:]); header {
		line := r.raw
		r.reset()
		r.repair(contract.RepairThinkText, line)
		return s[end:], true
	}
	r.think.tail = r.raw
	if strings.TrimSpace(s[end:]) != "" {
		return s, true
	}
	r.repair(contract.RepairThinkText, r.raw)
	before := trailingTokens().ReplaceAllString(leading().ReplaceAllString(s[:at], ""), "")
	return before, strings.TrimSpace(before) != ""
}

// opensThinking reports whether a line of the opening opens a block of
// thinking; rest is what follows its tag.
func (r *Reader) opensThinking(s string) (rest string, ok bool) {
	if info := fenceInfo(s); thinkInfo().MatchString(info) && r.chatter == 0 && !r.fence.open() {
		r.think.fence.line(s, r.raw)
		rest, s, ok = "", "", true
	} else {
		rest, ok = beginsThinking(s)
	}
	if loc := details().FindStringIndex(s); loc != nil && r.chatter == 0 {
		rest, ok, r.think.folded = summary().ReplaceAllString(s[loc[1]:], ""), true, true
	}
	if !ok || r.chatter > 0 && strings.TrimSpace(rest) != "" {
		return s, false
	}
	r.think.open, r.think.line = true, r.raw
	r.repair(contract.RepairThinkText, r.raw)
	return rest, true
}

// thinksAgain reports whether a line below the first header line, or of a reply
// that has none, begins a block of thinking, which is then passed over: to its end,
// or to the end of the reply.
func (r *Reader) thinksAgain(s string) bool {
	if strings.HasPrefix(s, "`") || strings.HasPrefix(s, "(") {
		return false // there, a post may write so of itself
	}
	rest, ok := beginsThinking(s)
	if loc := typed().FindStringIndex(s); loc != nil {
		r.repair(contract.RepairThinkText, r.raw)
		r.call = "</details>"
		return true
	}
	if !ok || strings.HasPrefix(s, "Thinking") || strings.TrimSpace(rest) != "" && !strings.ContainsAny(strings.TrimSpace(s)[:2], "|◁") {
		return false
	}
	r.repair(contract.RepairThinkText, r.raw)
	r.call = callOfThinking
	return true
}

// callOfThinking is the value of r.call in a block of thinking.
const callOfThinking = "</think>"

// thinkEnd finds the last end tag in a line, outside code spans, and where it
// ends; at is -1 where there is none.
func (r *Reader) thinkEnd(s string) (at, end int) {
	at = -1
	if end, ok := r.wholeEnd(s); ok {
		return 0, end
	}
	if r.think.open && r.think.fence.closes(s) {
		return 0, len(s)
	}
	if !mayEndThinking(s) {
		return at, 0
	}
	if i := strings.LastIndex(s, "<|end|>"); r.think.message && i >= 0 {
		at, end = i, i+len("<|end|>")
	}
	for _, t := range thinkTags {
		tag, whole := strings.CutSuffix(t.end, "\n")
		if i := strings.LastIndex(s, tag); i > at && strings.Count(s[:i], "`")%2 == 0 && (!whole || strings.TrimSpace(s) == tag) {
			at, end = i, i+len(tag)
		}
	}
	if strings.Contains(s, "</") || strings.Contains(s, "[/") || strings.Contains(s, "【/") || strings.Contains(s, "lt;/") || strings.Contains(s, "< /") {
		at, end = r.looseEnd(s, at, end)
	}
	return at, end
}

// mayEndThinking reports whether a line has a part of an end tag. Nearly all lines
// have none.
func mayEndThinking(s string) bool {
	return strings.IndexByte(s, '/') >= 0 || strings.IndexByte(s, '|') >= 0 ||
		strings.Contains(s, "assistantfinal") || strings.Contains(s, "done thinking") || strings.Contains(s, "<unused")
}

// looseEnd returns the last end tag of a line in a loose spelling if it is behind
// the one from at to end, and at and end otherwise.
func (r *Reader) looseEnd(s string, at, end int) (int, int) {
	for _, loc := range thinkClose().FindAllStringIndex(s, -1) {
		if loc[1] > end && strings.Count(s[:loc[0]], "`")%2 == 0 {
			at, end = loc[0], loc[1]
		}
	}
	if i := strings.LastIndex(s, "</details>"); r.think.folded && i > at {
		at, end = i, i+len("</details>")
	}
	return at, end
}

// wholeEnd reports whether a line is an end tag and nothing else, in a form that is
// one only so: in backticks, in parentheses, or </details> where no <details>
// stands above it. end is where the tag ends.
func (r *Reader) wholeEnd(s string) (end int, ok bool) {
	t := strings.TrimSpace(s)
	switch {
	case t == "</details>":
		for _, l := range r.body {
			if strings.Contains(l.text, "<details") {
				return 0, false
			}
		}
		return len(s), !r.think.folded
	case strings.HasPrefix(t, "`<") && strings.HasSuffix(t, ">`"):
		t = strings.Trim(t, "`")
	case !strings.HasPrefix(t, "("):
		return 0, false
	}
	loc := thinkClose().FindStringIndex(t)
	return len(s), loc != nil && loc[0] == 0 && loc[1] == len(t)
}

// withoutTags removes think tags from a field's value.
func withoutTags(s string) string {
	for again := true; again; {
		again = false
		for _, t := range thinkTags {
			for _, tag := range []string{t.begin, t.end} {
				if tag != "" && !strings.HasSuffix(tag, "\n") && strings.Contains(s, tag) {
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
