package reply

import (
	"strings"

	"github.com/nightpress/nightpress/internal/phrases"
)

// refusals say that it will not be done. They stand at the beginning, or
// behind an apology.
var refusals = func() (all []string) {
	for _, who := range phrases.RefusalSubjects {
		for _, verb := range phrases.RefusalVerbs {
			all = append(all, who+" "+verb)
		}
	}
	return append(all, phrases.Refusals...)
}()

// refuses reports whether a reply begins with a refusal, and whether with an
// apology before it. It waits for the end of the sentence that refuses,
// because that may go on with "but here is".
func refuses(text string) (refused, sorry bool) {
	rest := plainStart(text)
	for range 3 {
		n := len(rest)
		for _, a := range phrases.Apologies {
			if t, ok := strings.CutPrefix(rest, a); ok && !startsWord(t) {
				rest, sorry = t, true
				break
			}
		}
		rest = strings.TrimLeft(rest, ",.!;:，。！、 \n")
		for _, and := range phrases.Conjunctions {
			if t, ok := strings.CutPrefix(rest, and); ok && !startsWord(t) {
				rest = strings.TrimLeft(t, " ,")
				break
			}
		}
		if len(rest) == n {
			break
		}
	}
	at := strings.IndexAny(rest, ".!\n。！")
	if at < 0 {
		return false, sorry
	}
	sentence := rest[:at]
	for _, turn := range phrases.Contrasts {
		if strings.Contains(sentence, turn) {
			return false, sorry
		}
	}
	for _, no := range refusals {
		if strings.HasPrefix(sentence, no) {
			return true, sorry
		}
	}
	return sorry && saysNo(sentence), sorry
}

// saysNo finds a refusal further on in a sentence that began with an apology.
func saysNo(sentence string) bool {
	for _, no := range phrases.RefusalsWithin {
		if strings.Contains(sentence, no) {
			return true
		}
	}
	return false
}

// asksForTopic reports whether a paragraph asks what to write about.
func asksForTopic(paragraph string) bool {
	text := plainStart(paragraph)
	for range 3 {
		for _, c := range phrases.Clarifications {
			if rest, ok := strings.CutPrefix(text, c); ok && !startsWord(rest) {
				return true
			}
		}
		at := strings.IndexAny(text, ".!?")
		if at < 0 {
			return false
		}
		text = strings.TrimLeft(text[at+1:], " \n")
	}
	return false
}

// refusesOrSo reports whether a text that is over, and has no field, is a
// refusal: a short one that begins with an apology is.
func refusesOrSo(text string) bool {
	refused, sorry := refuses(text + "\n")
	return refused || sorry && len(text) < 600
}

// plainStart is the beginning of a text in lower case, with plain apostrophes
// and without what may stand before its first word.
func plainStart(text string) string {
	text = strings.ToValidUTF8(text[:min(len(text), 4*step)], "")
	text = strings.ReplaceAll(strings.ToLower(text), "’", "'")
	return strings.TrimLeft(text, "\"'“”*_#> \t\n")
}

// startsWord reports whether what follows goes on in the same word.
func startsWord(s string) bool {
	return s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] == '\'' || s[0] == '-')
}
