package reply

import (
	"regexp"
	"strings"

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

// turnEnds end a turn: what follows is no part of the reply.
var turnEnds = []string{
	"<|im_end|>", "<|eot_id|>", "<|end|>", "<|return|>", "<|call|>", "<|endoftext|>", "<|end_of_text|>", "<end_of_turn>", "<|END_OF_TURN_TOKEN|>", "<|END_RESPONSE|>", "<|END_TEXT|>",
	"</s>", "<eos>", "[EOS]", "<|eom_id|>", "<|eot|>", "<|eom|>", "<turn|>", "<|end_of_solution|>", "<|end_of_turn|>", "<|endofturn|>", "<|end_of_role|>", "<|end_of_sentence|>",
	"<｜end▁of▁sentence｜>", "<|end▁of▁sentence|>", "<|endofprompt|>", "<endoftext|>", "<endoftext|", "&lt;endoftext|", "<pad>", "<|pad|>", "[PAD]", "<unk>", "<|fim_pad|>",
}

// foreign begin a turn that is not the model's.
var foreign = []string{
	"<|im_start|>user", "<|im_start|>system", "<|im_start|>tool", "<|start|>user", "<|start|>system", "<|start|>developer", "<|user|>", "<|User|>", "<|system|>", "<|tool|>", "<｜User｜>",
	"<|start_header_id|>user", "<|start_header_id|>system", "<|header_start|>user", "<|header_start|>system", "<|USER_TOKEN|>", "<|SYSTEM_TOKEN|>", "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>",
	"<start_of_turn>user", "<|turn>user", "<|turn>system", "[INST]", "<s>[INST]", "<|human|>", "<human>:",
}

// asked are headings of templates that have no tokens.
var asked = regexp.MustCompile(`^### (?:Instruction|Response|Input|Output|Human|User|Assistant|System|Prompt|Question|Answer):(?:\s|$)`)

// detoken takes the tokens of a template away at the beginning of a line, and
// ends the turn at the first token that does; ended reports whether there was
// one.
func (r *Reader) detoken(s string) (rest string, ended bool) {
	if r.code() || r.form.isMarker(s) {
		return s, false
	}
	if !strings.ContainsAny(s, "<[#") {
		// Llama's header, with its tokens lost.
		if (s == "assistant" || s == "user") && r.state == inBody {
			r.repair(contract.RepairTemplateTokens, r.raw)
			return "", true
		}
		return s, false
	}
	rest = s
	if strings.Contains(s, "<unused") {
		// Gemma's reserved tokens (software-mansion-labs/private-mind#342).
		rest = reserved.ReplaceAllString(s, "")
	}
	if at := strings.LastIndex(s, "[/INST]"); at >= 0 && r.state == inOpening {
		rest = s[at+len("[/INST]"):]
	}
	for again := true; again && !ended; {
		again = false
		t := strings.TrimSpace(rest)
		if r.state == inHeader || r.state == inBody {
			for _, tok := range foreign {
				if strings.HasPrefix(t, tok) {
					rest, ended = "", true
				}
			}
			if ended = ended || asked.MatchString(t); ended {
				rest = ""
				break
			}
		}
		for _, tok := range tokens {
			if inner, ok := strings.CutPrefix(t, tok); ok {
				t, rest, again = strings.TrimSpace(inner), inner, true
			}
		}
		for _, tok := range turnEnds {
			if inner, ok := strings.CutPrefix(t, tok); ok {
				t, rest, again = strings.TrimSpace(inner), inner, true
				ended = ended || r.state != inOpening
			} else if at := strings.Index(t, tok); at > 0 && endsTurn(t[:at], tok) {
				rest, ended = t[:at], true
				break
			}
		}
	}
	if ended && r.state != inOpening && strings.HasPrefix(strings.TrimSpace(s), strings.TrimSpace(rest)) && rest != s {
		// What stands before the token keeps its place in the line.
		if at := strings.Index(s, strings.TrimSpace(rest)); at >= 0 && strings.TrimSpace(rest) != "" {
			rest = s[:at+len(strings.TrimSpace(rest))]
		}
	}
	if rest != s {
		r.repair(contract.RepairTemplateTokens, r.raw)
	}
	return rest, ended
}

// reserved are places in a vocabulary that have no meaning.
var reserved = regexp.MustCompile(`<unused\d+>`)

// endsTurn reports whether a token behind this text ends a turn: it does not
// in a code span, and "</s>" does not behind "<s>".
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
		if _, header := r.form.header(r.c, t); header && r.state == inOpening && !strings.Contains(t, `"`) {
			r.call = "" // it was never closed
			return s, false
		}
		if _, after, closed := strings.Cut(t, r.call); closed {
			rest, r.call = after, ""
		}
		return rest, true
	}
	if t == "" || t[0] != '<' && t[0] != '[' && t[0] != '`' || r.code() {
		return s, false
	}
	for _, c := range calls {
		if !strings.HasPrefix(t, c.begin) {
			continue
		}
		r.repair(contract.RepairToolCall, r.raw)
		if _, after, closed := strings.Cut(t[len(c.begin):], c.end); c.end != "" && closed {
			return after, true
		} else if c.end != "" {
			r.call = c.end
		}
		return "", true
	}
	return s, false
}

// wrappers are the names of tags that models set around a reply or its body.
var wrappers = map[string]bool{
	"answer": true, "output": true, "response": true, "result": true, "final": true, "final_answer": true, "reply": true, "assistant": true,
	"post": true, "blog_post": true, "blogpost": true, "blog": true, "article": true, "content": true, "document": true, "text": true, "markdown": true, "body": true, "draft": true,
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
	spoken   = regexp.MustCompile(`^(?:\*\*)?(?:User|Human|USER|HUMAN)(?:\*\*)?:(?:\*\*)? `)
	answered = regexp.MustCompile(`^(?:\*\*)?(?:Assistant|AI|ASSISTANT|Model|Bot|ChatGPT)(?:\*\*)?:`)
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
		if r.body[i-1].text == "" && !r.body[i-1].code && spoken.MatchString(l.text) && (reply || more == 0 && len(l.text) < 200) {
			first = i
		}
		reply = reply || answered.MatchString(l.text)
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
