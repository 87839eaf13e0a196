package reply

import (
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/phrases"
)

// refusals say that it will not be done. They stand at the beginning, or
// after an apology.
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
	rest, sorry := withoutApology(plainStart(text))
	at := strings.IndexAny(rest, ".!\n。！")
	if at < 0 {
		return false, sorry
	}
	sentence := rest[:at]
	if slices.ContainsFunc(phrases.Contrasts, func(turn string) bool { return strings.Contains(sentence, turn) }) {
		return false, sorry
	}
	if slices.ContainsFunc(refusals, func(no string) bool { return strings.HasPrefix(sentence, no) }) {
		return true, sorry
	}
	return sorry && saysNo(sentence), sorry
}

// withoutApology is a text without the apologies at its beginning; sorry
// reports whether there were any.
func withoutApology(text string) (rest string, sorry bool) {
	rest = text
	for range 3 {
		n := len(rest)
		after, apology := cutWords(rest, phrases.Apologies)
		sorry = sorry || apology
		rest = strings.TrimLeft(after, ",.!;:，。！、 \n")
		if after, ok := cutWords(rest, phrases.Conjunctions); ok {
			rest = strings.TrimLeft(after, " ,")
		}
		if len(rest) == n {
			break
		}
	}
	return rest, sorry
}

// cutWords is a text without the first of these beginnings that it has, where
// that ends with a word.
func cutWords(text string, beginnings []string) (rest string, ok bool) {
	for _, b := range beginnings {
		if rest, ok := strings.CutPrefix(text, b); ok && !startsWord(rest) {
			return rest, true
		}
	}
	return text, false
}

// saysNo finds a refusal further on in a sentence that began with an apology.
func saysNo(sentence string) bool {
	return slices.ContainsFunc(phrases.RefusalsWithin, func(no string) bool { return strings.Contains(sentence, no) })
}

// asksForTopic reports whether a paragraph asks what to write about.
func asksForTopic(paragraph string) bool {
	text := plainStart(paragraph)
	for range 3 {
		if _, asks := cutWords(text, phrases.Clarifications); asks {
			return true
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

// startsWord reports whether the following text continues the same word.
func startsWord(s string) bool {
	return s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] == '\'' || s[0] == '-')
}
