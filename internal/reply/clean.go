package reply

import (
	"strings"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
)

// clean removes from a line what no post may hold: control characters and
// characters that cannot be seen.
func (r *Reader) clean(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] < 0x7f && (s[i] >= ' ' || s[i] == '\t')
	}
	if plain {
		return s
	}
	if !utf8.ValidString(s) || strings.Contains(s, "\ufffd\ufffd") {
		r.invalid = true
		return s
	}
	out := strings.Map(func(c rune) rune {
		if invisible(c) {
			return -1
		}
		return c
	}, withoutEscapes(s))
	if out != s {
		r.repair(contract.RepairInvisibleCharacters, r.raw)
	}
	return out
}

// withoutEscapes removes a terminal's control sequences: an escape, "[",
// figures, a letter.
func withoutEscapes(s string) string {
	var b strings.Builder
	for {
		at := strings.Index(s, "\x1b[")
		if at < 0 {
			return b.String() + s
		}
		b.WriteString(s[:at])
		s = strings.TrimLeft(s[at+2:], "0123456789;?")
		if s != "" && s[0] >= '@' && s[0] <= '~' {
			s = s[1:]
		}
	}
}

// invisible tells of control characters, of marks that change the direction of
// text, of soft hyphens, and of spaces without width. The joiner that emoji and
// some scripts need stays.
func invisible(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < ' ', r >= 0x7f && r < 0xa0, r == 0xad:
		return true
	case r == 0xfeff, r == 0x200b, r >= 0x2060 && r <= 0x2064, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x206f:
		return true
	case r >= 0xfff9 && r <= 0xfffb, r&0xfffe == 0xfffe, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}

// tokens are what chat templates set around the turns of a conversation.
var tokens = []string{
	"<|im_start|>", "<|start|>assistant", "<|start|>", "<|assistant|>", "<|channel|>final", "<|message|>", "<|start_header_id|>assistant<|end_header_id|>", "<|START_RESPONSE|>",
	"<|CHATBOT_TOKEN|>", "<|START_OF_TURN_TOKEN|>", "<start_of_turn>model", "<start_of_turn>", "[/INST]", "[INST]", "<<SYS>>", "<</SYS>>", "<s>", "<bos>", "<|begin_of_text|>",
}

// turnEnds end a turn: what follows is no part of the reply.
var turnEnds = []string{
	"<|im_end|>", "<|eot_id|>", "<|end|>", "<|return|>", "<|endoftext|>", "<|end_of_text|>", "<end_of_turn>", "<|END_OF_TURN_TOKEN|>", "<|END_RESPONSE|>", "</s>", "<eos>", "<|eom_id|>", "<｜end▁of▁sentence｜>",
}

// detoken takes the tokens of a template away at the beginning and the end of
// a line; ended tells that one of them ends the turn.
func (r *Reader) detoken(s string) (rest string, ended bool) {
	if r.code() || !strings.ContainsAny(s, "<[") || r.form.isMarker(s) {
		return s, false
	}
	rest = s
	for again := true; again; {
		again = false
		t := strings.TrimSpace(rest)
		for _, tok := range tokens {
			if inner, ok := strings.CutPrefix(t, tok); ok {
				t, rest, again = strings.TrimSpace(inner), inner, true
			}
		}
		for _, tok := range turnEnds {
			if inner, ok := strings.CutSuffix(t, tok); ok {
				t, rest, again, ended = strings.TrimSpace(inner), inner, true, true
			} else if inner, ok := strings.CutPrefix(t, tok); ok {
				t, rest, again, ended = strings.TrimSpace(inner), inner, true, true
			}
		}
	}
	if rest != s {
		r.repair(contract.RepairTemplateTokens, r.raw)
	}
	return rest, ended
}
