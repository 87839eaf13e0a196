package reply

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
)

// tokens are what chat templates set before the model's own turn.
var tokens = []string{
	"<|im_start|>assistant", "<|im_start|>", "<|start|>assistant", "<|start|>", "<|assistant|>", "<|Assistant|>", "<｜Assistant｜>",
	"<|channel|>final <|constrain|>markdown", "<|channel|>final", "<|channel|>commentary", "<|constrain|>markdown", "<|message|>",
	"<|start_header_id|>assistant<|end_header_id|>", "<|header_start|>assistant<|header_end|>", "<|START_RESPONSE|>", "<|START_TEXT|>",
	"<|CHATBOT_TOKEN|>", "<|START_OF_TURN_TOKEN|>", "<start_of_turn>model", "<start_of_turn>assistant", "<start_of_turn>", "<|turn>model", "<|turn>",
	"[/INST]", "<<SYS>>", "<</SYS>>", "<s>", "<bos>", "[BOS]", "<|begin_of_text|>", "<|startoftext|>", "<｜begin▁of▁sentence｜>", "<|begin▁of▁sentence|>",
	"<|begin_of_solution|>", "<|im_sep|>", "<|role_end|>", "<|im_middle|>",
}

// turnEnds end a turn. The text after one is not part of the reply.
var turnEnds = []string{
	"<|im_end|>", "<|eot_id|>", "<|end|>", "<|return|>", "<|call|>", "<|endoftext|>", "<|end_of_text|>", "<end_of_turn>", "<|END_OF_TURN_TOKEN|>", "<|END_RESPONSE|>", "<|END_TEXT|>",
	"</s>", "<eos>", "[EOS]", "<|eom_id|>", "<|eot|>", "<|eom|>", "<turn|>", "<|end_of_solution|>", "<|end_of_turn|>", "<|endofturn|>", "<|end_of_sentence|>",
	"<｜end▁of▁sentence｜>", "<|end▁of▁sentence|>", "<|endofprompt|>", "<endoftext|>", "<endoftext|", "&lt;endoftext|",
}

// fillerParts are parts of fillers, one of each, that are cheap to look for.
var fillerParts = []string{"<unused", "pad", "PAD", "<unk>", "<|fim_", "<|reserved_"}

// fillers are tokens that mean nothing, wherever they stand.
var fillers = lazy(`<unused\d+>|<\|?pad\|?>|\[PAD\]|<unk>|<\|fim_[a-z]+\|>|<\|reserved_special_token_\d+\|>`)

// foreign begin a turn that is not the model's.
var foreign = []string{
	"<|im_start|>user", "<|im_start|>system", "<|im_start|>tool", "<|start|>user", "<|start|>system", "<|start|>developer", "<|user|>", "<|User|>", "<|system|>", "<|tool|>", "<｜User｜>",
	"<|start_header_id|>user", "<|start_header_id|>system", "<|header_start|>user", "<|header_start|>system", "<|USER_TOKEN|>", "<|SYSTEM_TOKEN|>", "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>",
	"<start_of_turn>user", "<|turn>user", "<|turn>system", "[INST]", "<s>[INST]", "<|human|>", "<human>:",
}

// asked are headings of templates that have no tokens.
var asked = lazy(`^### (?:Instruction|Response|Input|Output|Human|User|Assistant|System|Prompt|Question|Answer):(?:\s|$)`)

// A token of a chat template, in the forms that templates have: <|x|>, <|x>,
// <x|> (Gemma 4), <｜x｜> (DeepSeek), [|x|] (EXAONE), ]~b]x and [e~[ (MiniMax),
// <SPECIAL_12> (Nemotron), <reserved_107> (Baichuan).
const anyToken = `<[|｜][\pL\pN_/ ▁"-]{1,40}[|｜]?>|<[\pL_]{2,40}[|｜]>|\[\|[a-z]{2,20}\|\]|\]~!?b[\[\]]|\[e~\[|<SPECIAL_\d+>|<reserved_\d+>|\[gMASK\]|<sop>|<eop>|<EOT>|<end_of_utterance>|<\[end▁of▁sentence\]>`

var (
	// leading matches tokens at the beginning of a line, with the name of the
	// model's role.
	leading = lazy(`^\s*(?:(?:` + anyToken + `)\s*(?:(?:assistant|model|Assistant|ai)(?:\s|$|[<\[]))?)+`)
	// trailingTokens matches tokens at the end of a line. The last may be
	// truncated.
	trailingTokens = lazy(`(?:\s*(?:` + anyToken + `))+\s*$|<\|[a-z_]{2,24}\|?$`)
	// token matches a token anywhere.
	token = lazy(anyToken)
	// others matches the beginning of another role's turn, or of the model's
	// thinking, anywhere.
	others = lazy(`(?i)(?:<[|｜](?:im_start|start|begin|start_header_id|header_start|start_of_role|turn|im_(?:user|system))[|｜]?>|\]~b\])\s*(?:user|system|tool|human|developer|observation|function|ipython)\b` +
		`|<[|｜](?:im_|hy_)?(?:user|system|human|tool|observation|developer|function|ipython|context|query|file_sep|repo_name)(?:_start|_token)?[|｜]>|\[\|(?:user|system|human|tool)\|\]|<start_of_turn>(?:user|system)` +
		`|(?:<\|start\|>assistant)?<\|channel\|>(?:analysis|commentary)|<\|channel>thought`)
	// tools matches the declaration of tools before the model's turn (Mistral).
	tools = lazy(`\[AVAILABLE_TOOLS\].*?\[/AVAILABLE_TOOLS\]|\[SYSTEM_PROMPT\].*?\[/SYSTEM_PROMPT\]`)
)

// uncommon are parts of the tokens that have no bar.
var uncommon = []string{"]~", "[e~[", "[gMASK]", "<sop>", "<eop>", "<EOT>", "<end_of", "<SPECIAL_", "<reserved_", "[AVAILABLE", "[SYSTEM"}

// strayTokens removes tokens that are not in detoken's lists, by their
// form: those at the edges of a line, and everything from one on that begins
// another's turn.
func (r *Reader) strayTokens(s string) (rest string, ended bool) {
	if !strings.ContainsAny(s, "|｜▁") && !slices.ContainsFunc(uncommon, func(part string) bool { return strings.Contains(s, part) }) {
		return s, false
	}
	rest = s
	if _, thinks := beginsThinking(rest); thinks && r.state == inOpening {
		return rest, false
	}
	if r.state == inOpening {
		rest = tools().ReplaceAllString(rest, "")
	} else if loc := others().FindStringIndex(rest); loc != nil && strings.Count(rest[:loc[0]], "`")%2 == 0 {
		rest, ended = rest[:loc[0]], true
	}
	if loc := leading().FindStringIndex(rest); loc != nil {
		rest = rest[loc[1]:]
	}
	if loc := trailingTokens().FindStringIndex(rest); loc != nil && strings.Count(rest[:loc[0]], "`")%2 == 0 {
		rest = rest[:loc[0]]
	}
	return without(rest, slices.DeleteFunc(token().FindAllStringIndex(rest, -1), func(loc []int) bool { return !withinWord(rest, loc) })), ended
}

// withinWord reports whether a token stands within a word. One between words may
// be spoken of.
func withinWord(s string, loc []int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:loc[0]])
	after, _ := utf8.DecodeRuneInString(s[loc[1]:])
	return loc[0] > 0 && loc[1] < len(s) && letterOrDigit(before) && letterOrDigit(after)
}

// without is a text without parts of it, as far as they are not in code spans.
func without(s string, parts [][]int) string {
	for i := len(parts) - 1; i >= 0; i-- {
		if at, end := parts[i][0], parts[i][1]; strings.Count(s[:at], "`")%2 == 0 {
			s = s[:at] + s[end:]
		}
	}
	return s
}

// afterTokens returns the header line that stands after the last token of a
// line of the opening: what comes before is another's turn, or thinking.
func (r *Reader) afterTokens(s string) (rest string, ok bool) {
	if r.state != inOpening || r.think.open || !strings.ContainsAny(s, "|｜") || len(s) > longestLine {
		return s, false
	}
	all := token().FindAllStringIndex(s, -1)
	if all == nil {
		return s, false
	}
	rest = s[all[len(all)-1][1]:]
	_, ok = r.form.header(r.c, rest)
	return rest, ok
}

// detoken removes the tokens of a template at the beginning of a line, and
// ends the turn at the first token that does; ended reports whether there was
// one.
func (r *Reader) detoken(s string) (rest string, ended bool) {
	switch {
	case r.code() || r.call == callOfThinking || r.form.isMarker(s):
		return s, false
	case (s == "assistant" || s == "user") && r.state == inBody:
		// Llama's header without its tokens.
		r.repair(contract.RepairTemplateTokens, r.raw)
		return "", true
	case !strings.ContainsAny(s, "<[#]"):
		return s, false
	}
	rest, ended = r.knownTokens(s)
	if r.state != inOpening || !r.think.open {
		if t, end := r.strayTokens(rest); t != rest {
			rest, ended = t, ended || end
		}
	}
	if rest != s {
		r.repair(contract.RepairTemplateTokens, r.raw)
	}
	return rest, ended
}

// knownTokens takes away the tokens that detoken's lists have.
func (r *Reader) knownTokens(s string) (rest string, ended bool) {
	rest = s
	// Gemma's reserved tokens (software-mansion-labs/private-mind#342), and fillers
	// (h2oai/h2ogpt#121, ollama/ollama#15830).
	if slices.ContainsFunc(fillerParts, func(part string) bool { return strings.Contains(s, part) }) {
		rest = without(s, fillers().FindAllStringIndex(s, -1))
	}
	if last, ok := r.afterTokens(s); ok {
		return last, false
	}
	if at := strings.LastIndex(s, "[/INST]"); at >= 0 && r.state == inOpening {
		rest = s[at+len("[/INST]"):]
	}
	for again := true; again && !ended; {
		rest, again, ended = r.tokensOnce(rest)
	}
	if t := strings.TrimSpace(rest); ended && r.state != inOpening && rest != s && t != "" && strings.HasPrefix(strings.TrimSpace(s), t) {
		// The text before the token keeps its position in the line.
		rest = s[:strings.Index(s, t)+len(t)]
	}
	return rest, ended
}

// tokensOnce goes through the lists once; again reports whether it took a
// token away, so that another may follow.
func (r *Reader) tokensOnce(s string) (rest string, again, ended bool) {
	rest = s
	t := strings.TrimSpace(rest)
	if (r.state == inHeader || r.state == inBody) && beginsTurn(t) {
		return "", false, true
	}
	for _, tok := range tokens {
		if inner, ok := strings.CutPrefix(t, tok); ok {
			t, rest, again = strings.TrimSpace(inner), inner, true
		}
	}
	// Behind a header line, the other fields still come.
	over := r.state == inBody || r.state == inHeader && r.allFields()
	for _, tok := range turnEnds {
		if inner, ok := strings.CutPrefix(t, tok); ok {
			t, rest, again, ended = strings.TrimSpace(inner), inner, true, over
		} else if at := strings.Index(t, tok); at > 0 && endsTurn(t[:at], tok) {
			return t[:at], again, over
		}
	}
	return rest, again, ended
}

// beginsTurn reports whether a line begins another's turn.
func beginsTurn(t string) bool {
	return asked().MatchString(t) || slices.ContainsFunc(foreign, func(tok string) bool { return strings.HasPrefix(t, tok) })
}

// endsTurn reports whether a token after this text ends a turn: it does not
// in a code span, and "</s>" after "<s>" does not.
func endsTurn(before, tok string) bool {
	return strings.Count(before, "`")%2 == 0 && (tok != "</s>" || !strings.Contains(before, "<s>")) && (tok[0] != '[' || strings.TrimSpace(before) == "")
}

// calls are how a call of a tool begins and ends in the text of a reply. One
// without an end is a line.
var calls = []struct{ begin, end string }{
	{"<tool_call>", "</tool_call>"},
	{"<tool_calls>", "</tool_calls>"},
	{"<function_calls>", "</function_calls>"},
	{"<function_call>", "</function_call>"},
	{"<function=", "</function>"},
	{"<tool_response>", "</tool_response>"},
	{"<minimax:tool_call>", "</minimax:tool_call>"},
	{"<｜DSML｜function_calls>", "</｜DSML｜function_calls>"},
	{"<｜DSML｜tool_calls>", "</｜DSML｜tool_calls>"},
	{"<|tool_call_start|>", "<|tool_call_end|>"},
	{"<|START_ACTION|>", "<|END_ACTION|>"},
	{"<invoke ", "</invoke>"},
	{"<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"},
	{"<|tool_call_begin|>", "<|tool_call_end|>"},
	{"<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"},
	{"<|tool_call>", "<tool_call|>"},
	{"<|tool_call|>", ""},
	{"<|python_tag|>", ""},
	{"[TOOL_CALLS]", ""},
	{"```tool_code", "```"},
	{"```tool_call", "```"},
	{"```tool_outputs", "```"},
}

// inCall passes over the calls of tools and reports whether the line belongs
// to one; rest is what follows its end.
func (r *Reader) inCall(s string) (rest string, in bool) {
	t := strings.TrimSpace(s)
	if r.call != "" {
		return r.insideCall(s, t)
	}
	if t == "" || !strings.ContainsAny(t, "<[`") || r.code() {
		return s, false
	}
	if t[0] != '<' && t[0] != '[' && t[0] != '`' {
		// A token of a tool call after the post's last sentence.
		at := max(strings.Index(t, "<|python_tag|>"), strings.Index(t, "[TOOL_CALLS]"), strings.Index(t, "<|tool_call"))
		if r.state != inBody || at <= 0 || strings.Count(t[:at], "`")%2 == 1 {
			return s, false
		}
		r.bodyLine(t[:at])
		t = t[at:]
	}
	for _, c := range calls {
		inner, begins := strings.CutPrefix(t, c.begin)
		if !begins {
			continue
		}
		r.repair(contract.RepairToolCall, r.raw)
		if c.end == "" {
			return "", true
		}
		_, after, closed := strings.Cut(inner, c.end)
		if !closed {
			r.call = c.end
		}
		return after, true
	}
	return s, false
}

// insideCall is inCall in a call that an earlier line began.
func (r *Reader) insideCall(s, t string) (rest string, in bool) {
	if r.call == callOfThinking {
		if at, end := r.thinkEnd(s); at >= 0 {
			rest, r.call = s[end:], ""
		}
		return rest, true
	}
	if _, header := r.form.header(r.c, t); header && r.state == inOpening && !strings.Contains(t, `"`) {
		r.call = "" // it was never closed
		return s, false
	}
	if _, after, closed := strings.Cut(t, r.call); closed {
		rest, r.call = after, ""
	}
	return rest, true
}

// wrappers are the names of tags that models set around a reply or its body.
var wrappers = map[string]bool{
	"answer": true, "output": true, "response": true, "result": true, "final": true, "final_answer": true, "reply": true, "assistant": true,
	"post": true, "blog_post": true, "blogpost": true, "blog": true, "article": true, "content": true, "document": true, "text": true, "markdown": true, "body": true, "draft": true,
}

// closesAnswer reports whether a line in the body closes a tag around the whole
// reply. What follows is no part of it.
func (r *Reader) closesAnswer(t string) bool {
	if len(t) < 8 || t[0] != '<' || t[1] != '/' || r.filled == 0 || !isWrapper(t) {
		return false
	}
	switch name := strings.ToLower(t[2 : len(t)-1]); name {
	case "answer", "output", "response", "result", "final", "final_answer", "reply", "assistant", "post", "blog_post", "blogpost":
		for _, l := range r.body {
			if strings.Contains(l.text, "<"+name) && !l.code {
				return false
			}
		}
		return true
	}
	return false
}

// isWrapper reports whether a line is one such tag and nothing else.
func isWrapper(t string) bool {
	if !strings.HasPrefix(t, "<") || !strings.HasSuffix(t, ">") {
		return false
	}
	return wrappers[strings.ToLower(strings.TrimPrefix(t[1:len(t)-1], "/"))]
}

// spoken is how a turn begins in a reply that plays both parts.
var (
	spoken   = lazy(`^(?:\*\*)?(?:User|Human|USER|HUMAN)(?:\*\*)?:(?:\*\*)? `)
	answered = lazy(`^(?:\*\*)?(?:Assistant|AI|ASSISTANT|Model|Bot|ChatGPT)(?:\*\*)?:`)
)

// cutTurns drops turns at the end of the body that are not the model's own:
// a user's, with the answer to it, where no section follows.
func (r *Reader) cutTurns() {
	first, reply, more := 0, false, 0
	for i := len(r.body) - 1; i > 0; i-- {
		l := r.body[i]
		if l.code || heading(l.text) > 0 {
			break
		}
		if r.body[i-1].text == "" && !r.body[i-1].code && spoken().MatchString(l.text) && (reply || more == 0 && len(l.text) < 200) {
			first = i
		}
		reply = reply || answered().MatchString(l.text)
		if l.text != "" {
			more++
		}
	}
	if first > 0 {
		r.repair(contract.RepairTemplateTokens, r.body[first].raw)
		r.body = r.body[:first]
		r.trimEnd()
	}
}
