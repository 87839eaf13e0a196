package reply

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/nightpress/nightpress/internal/contract"
)

const (
	// phraseWords is the length of a phrase that is looked for, in words.
	phraseWords = 8
	// mostRepeated is the share of phrases that may be in an earlier part.
	mostRepeated = 0.01
	// mostQuoted is how many repeated phrases are named to the model.
	mostQuoted = 3
)

// repeated finds phrases that an earlier part of the post has as well.
func (j *judgement) repeated() {
	p := j.partOfText()
	if p == nil || len(p.Earlier) == 0 {
		return
	}
	known := map[string]bool{}
	for _, text := range p.Earlier {
		for _, run := range prose(strings.Split(text, "\n")) {
			for i := range len(run) - phraseWords + 1 {
				known[strings.Join(run[i:i+phraseWords], " ")] = true
			}
		}
	}
	var lines []string
	for _, l := range j.body {
		lines = append(lines, l.text)
	}
	all, again := 0, 0
	var named []string
	for _, run := range prose(lines) {
		quoted := 0 // the words up to here are in a phrase that is named
		for i := range len(run) - phraseWords + 1 {
			phrase := strings.Join(run[i:i+phraseWords], " ")
			if all++; !known[phrase] {
				continue
			}
			if again++; i >= quoted && len(named) < mostQuoted {
				named, quoted = append(named, fmt.Sprintf("%q", phrase)), i+phraseWords
			}
		}
	}
	if float64(again) > mostRepeated*float64(all) {
		j.problem(contract.ProblemPhrasesRepeated, j.body[0].raw, fmt.Sprintf("%d of the %d phrases of eight words are in an earlier section, such as %s", again, all, named[0]),
			"say something else: not "+strings.Join(named, ", not "))
	}
}

// Repeated counts the phrases of eight words of a text, and those that an earlier one
// of its sections has as well. Headings of level 2 begin a section.
func Repeated(body string) (all, again int) {
	known := map[string]bool{}
	for _, section := range strings.Split("\n"+body, "\n"+headingMark) {
		var here []string
		for _, run := range prose(strings.Split(section, "\n")) {
			for i := range len(run) - phraseWords + 1 {
				phrase := strings.Join(run[i:i+phraseWords], " ")
				all++
				if known[phrase] {
					again++
				}
				here = append(here, phrase)
			}
		}
		for _, phrase := range here {
			known[phrase] = true
		}
	}
	return all, again
}

// prose returns the runs of words of a text that count as its own: not its headings,
// its code, its tables, the addresses of its links, or what it quotes.
func prose(lines []string) (runs [][]string) {
	var run []string
	end := func() {
		if len(run) > 0 {
			runs, run = append(runs, run), nil
		}
	}
	var f fence
	for i, l := range lines {
		t := strings.TrimSpace(l)
		switch {
		case f.line(l, i+1):
			end()
		case t == "" || t[0] == '>' || t[0] == '|' || heading(l) > 0:
			end()
		default:
			if text, item := bullet(t); item {
				end()
				t = text
			}
			for _, part := range own(t) {
				run = append(run, plainWords(part)...)
				if part == "" {
					end()
				}
			}
		}
	}
	end()
	return runs
}

// own returns the parts of a line without what it quotes, each followed by an empty
// one where something was left out.
func own(s string) (parts []string) {
	marks := map[rune]rune{'"': '"', '“': '”', '«': '»', '„': '“', '`': '`'}
	var b strings.Builder
	for len(s) > 0 {
		c, size := rune(s[0]), 1
		if c >= 0x80 {
			for _, c = range s {
				break
			}
			size = len(string(c))
		}
		if shut, opens := marks[c]; opens {
			if at := strings.IndexRune(s[size:], shut); at >= 0 {
				parts = append(parts, b.String(), "")
				b.Reset()
				s = s[size+at+len(string(shut)):]
				continue
			}
		}
		if strings.HasPrefix(s, "](") {
			if at := strings.IndexByte(s, ')'); at > 0 {
				s = s[at+1:]
				continue
			}
		}
		b.WriteString(s[:size])
		s = s[size:]
	}
	return append(parts, b.String())
}

func plainWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '\'' })
}
