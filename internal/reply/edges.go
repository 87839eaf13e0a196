package reply

import (
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/phrases"
)

// longestRemark is how many words a paragraph about the reply has at most.
const longestRemark = 60

// figures is a paragraph that only says how long the post is.
var figures = lazy(`^(?:~|approx\.? |approximately |about )?[0-9][0-9.,]* (?:words|characters|wörter|mots|palabras|parole)\.?$`)

// trimChatter drops paragraphs about the post from its edges.
func (r *Reader) trimChatter() {
	for {
		r.trimEnd()
		n := len(r.body)
		for n > 0 && !r.body[n-1].code && r.body[n-1].text != "" {
			n--
		}
		if n == 0 || n == len(r.body) || !r.remark(r.body[n:], phrases.Closers) {
			break
		}
		r.repair(contract.RepairChatter, r.body[n].raw)
		r.body = r.body[:n]
		r.trimRules()
	}
	r.trimWrappers()
	n := 0
	for n < len(r.body) && !r.body[n].code && r.body[n].text != "" {
		n++
	}
	if n > 0 && n < len(r.body) && r.remark(r.body[:n], phrases.Openers) {
		r.repair(contract.RepairChatter, r.body[0].raw)
		r.body = r.body[n:]
		r.trimStart()
	}
}

// remark reports whether a paragraph is about the reply.
func (r *Reader) remark(paragraph []line, all []phrases.Remark) bool {
	if len(paragraph) > 6 || heading(paragraph[0].text) > 0 {
		return false
	}
	text, n := "", 0
	for _, l := range paragraph {
		if n += l.words; n > longestRemark {
			return false
		}
		text += " " + l.text
	}
	return isRemark(text, all)
}

func isRemark(text string, all []phrases.Remark) bool {
	if words(text) > longestRemark {
		return false
	}
	text = strings.ReplaceAll(strings.ToLower(text), "’", "'")
	text = strings.Trim(text, "*_()[]{}\"“”>~- \t")
	if figures().MatchString(text) {
		return true
	}
	// These are two remarks: "I hope this helps! Let me know if ...".
	for _, sentence := range append([]string{text}, strings.SplitAfter(text, "! ")...) {
		sentence = strings.TrimSpace(sentence)
		if slices.ContainsFunc(all, func(remark phrases.Remark) bool { return says(text, sentence, remark) }) {
			return true
		}
	}
	return false
}

// says reports whether a sentence of a text begins as a remark does, and the
// text has one of the words that the remark needs.
func says(text, sentence string, remark phrases.Remark) bool {
	rest, ok := strings.CutPrefix(sentence, remark.Begins)
	if !ok || startsWord(rest) && !strings.HasSuffix(remark.Begins, "'ve") {
		return false
	}
	return len(remark.Holds) == 0 || !strings.Contains(text, "comment") &&
		slices.ContainsFunc(remark.Holds, func(word string) bool { return holds(text, word) })
}

// holds reports whether a text has a word that begins like this.
func holds(text, word string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		if at += from; at == 0 || !startsWord(text[at-1:at]) {
			return true
		}
		from = at + len(word)
	}
}

// chatty reports whether a line is about the reply rather than its title.
func chatty(s string) bool { return isRemark(s, phrases.Openers) }

// trimRules drops lines drawn below the body.
func (r *Reader) trimRules() {
	r.trimEnd()
	for n := len(r.body); n > 1 && !r.body[n-1].code && isRule(r.body[n-1].text) && r.body[n-2].text == ""; n = len(r.body) {
		r.repair(contract.RepairSeparator, r.body[n-1].raw)
		r.body = r.body[:n-1]
		r.trimEnd()
	}
}

// trimWrappers drops tags around the whole body.
func (r *Reader) trimWrappers() {
	for n := len(r.body); n > 0 && !r.body[n-1].code && r.body[n-1].text != ""; n = len(r.body) {
		l := &r.body[n-1]
		if isWrapper(l.text) {
			r.repair(contract.RepairTemplateTokens, l.raw)
			r.body = r.body[:n-1]
			r.trimRules()
			continue
		}
		at := strings.LastIndex(l.text, "</")
		if at <= 0 || !isWrapper(l.text[at:]) || strings.Contains(l.text[:at], "<"+l.text[at+2:]) {
			break
		}
		r.repair(contract.RepairTemplateTokens, l.raw)
		l.text = strings.TrimRight(l.text[:at], " \t")
		l.words = words(l.text)
	}
	for len(r.body) > 0 && !r.body[0].code && isWrapper(r.body[0].text) {
		r.repair(contract.RepairTemplateTokens, r.body[0].raw)
		r.body = r.body[1:]
		r.trimStart()
	}
}
