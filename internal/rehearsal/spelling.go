package rehearsal

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/language"
)

// spelling makes the prepared English words pass for another language. A language
// with letters of its own is written in these. Another has its own common words
// between English nouns and verbs. The zero value leaves words as they are.
type spelling struct {
	letters []rune
	common  []string
	// dense is set if two letters count as a word.
	dense bool
}

// spellingFor returns the spelling for a language; ok is false for one that the
// model cannot pass for. A language that is not checked needs none.
func spellingFor(name string) (s spelling, ok bool) {
	l, known := language.Of(name)
	if !known || l.Code() == "en" {
		return spelling{}, true
	}
	s.letters = []rune(l.Letters())
	s.dense = len(s.letters) > 0 && unicode.In(s.letters[0], unicode.Han, unicode.Hiragana, unicode.Thai)
	if len(s.letters) == 0 {
		s.common = l.Common()
	}
	return s, len(s.letters)+len(s.common) > 0 || l.Wrong(strings.Join(openBook()["objects"][0], ". ")) == ""
}

// of returns a word of a kind as it is spelled.
func (s spelling) of(kind, word string, random *rand.Rand, nouns slot) string {
	switch {
	case len(s.letters) > 0:
		return s.written(word)
	case len(s.common) == 0 || kind == "nouns" || kind == "verbs":
		return word
	case kind == "objects":
		return s.common[random.IntN(len(s.common))] + " " + strings.TrimSpace(nouns[random.IntN(len(nouns))])
	}
	return s.common[random.IntN(len(s.common))]
}

// written writes English words in the language's letters.
func (s spelling) written(text string) string {
	words := strings.Fields(text)
	for i, w := range words {
		if s.dense {
			h := fnv.New32a()
			_, _ = h.Write([]byte(w)) // it cannot fail
			n := uint32(len(s.letters))
			words[i] = string([]rune{s.letters[h.Sum32()%n], s.letters[h.Sum32()/n%n]})
			continue
		}
		words[i] = strings.Map(func(c rune) rune {
			if c = unicode.ToLower(c); c >= 'a' && c <= 'z' {
				return s.letters[int(c-'a')%len(s.letters)]
			}
			return c
		}, w)
	}
	return strings.Join(words, " ")
}

// capital is a text with a capital at its beginning.
func capital(s string) string {
	c, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(c)) + s[n:]
}

// uncapital is a text with a small letter at its beginning.
func uncapital(s string) string {
	c, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(c)) + s[n:]
}
