// Package language checks whether a text is in the requested language. It reports
// only certain cases: the letters belong to another script, or a long text is clearly
// in another language.
package language

import (
	"strings"
	"sync"
	"unicode"

	"github.com/abadojack/whatlanggo"
)

// Language is one that a text can be checked for. The zero value is none, and
// no text is wrong for it.
type Language struct {
	name    string
	lang    whatlanggo.Lang
	scripts []*unicode.RangeTable
}

// Of returns the language of this name: in English ("German"), in the language
// itself ("Deutsch"), or as a code ("de", "de-AT", "deu"). ok is false for one
// that cannot be checked.
func Of(name string) (l Language, ok bool) {
	if name = strings.ToLower(strings.TrimSpace(name)); name == "" {
		return Language{}, false
	}
	if i, known := own[name]; known {
		name = i
	}
	name, _, _ = strings.Cut(name, " (")
	for _, prefix := range []string{"american ", "british ", "us ", "uk ", "brazilian ", "european ", "latin american ", "swiss ", "austrian ", "canadian ", "simple ", "plain ", "simplified ", "traditional "} {
		name = strings.TrimPrefix(name, prefix)
	}
	base, _, _ := strings.Cut(strings.ReplaceAll(name, "_", "-"), "-")
	known := byName()
	lang, ok := known[name]
	if !ok {
		lang, ok = known[base]
	}
	if !ok {
		return Language{}, false
	}
	return Language{spoken(lang), lang, scriptsOf(lang)}, true
}

// byName has the languages by their English names and their codes. The package
// builds its own tables at each call, which is too slow for a million topics.
var byName = sync.OnceValue(func() map[string]whatlanggo.Lang {
	all := map[string]whatlanggo.Lang{"chinese": whatlanggo.Cmn}
	for lang := range whatlanggo.Langs {
		for _, name := range []string{strings.ToLower(lang.String()), lang.Iso6391(), lang.Iso6393()} {
			if name != "" {
				all[name] = lang
			}
		}
	}
	return all
})

// own are names of languages in themselves.
var own = map[string]string{
	"deutsch": "german", "français": "french", "francais": "french", "español": "spanish", "espanol": "spanish", "castellano": "spanish",
	"italiano": "italian", "português": "portuguese", "portugues": "portuguese", "nederlands": "dutch", "polski": "polish", "русский": "russian",
	"українська": "ukrainian", "türkçe": "turkish", "svenska": "swedish", "dansk": "danish", "suomi": "finnish", "čeština": "czech",
	"magyar": "hungarian", "română": "romanian", "ελληνικά": "greek", "日本語": "japanese", "中文": "chinese", "한국어": "korean",
	"العربية": "arabic", "עברית": "hebrew", "हिन्दी": "hindi", "tiếng việt": "vietnamese", "bahasa indonesia": "indonesian",
	"norwegian": "bokmal", "norsk": "bokmal", "farsi": "persian", "mandarin": "chinese", "no": "nb", "zh": "cmn",
}

func (l Language) String() string { return l.name }

// Code is the language's code of ISO 639-1, such as "de".
func (l Language) Code() string { return l.lang.Iso6391() }

// spoken is the name of a language as people say it.
func spoken(l whatlanggo.Lang) string {
	switch l {
	case whatlanggo.Cmn:
		return "Chinese"
	case whatlanggo.Nob, whatlanggo.Nno:
		return "Norwegian"
	}
	return l.String()
}

// scriptsOf returns the scripts in which a language is written; the Latin one
// where nothing else is known.
func scriptsOf(l whatlanggo.Lang) []*unicode.RangeTable {
	switch l {
	case whatlanggo.Cmn:
		return []*unicode.RangeTable{unicode.Han, unicode.Bopomofo}
	case whatlanggo.Jpn:
		return []*unicode.RangeTable{unicode.Hiragana, unicode.Katakana, unicode.Han}
	case whatlanggo.Kor:
		return []*unicode.RangeTable{unicode.Hangul, unicode.Han}
	case whatlanggo.Rus, whatlanggo.Ukr, whatlanggo.Bel, whatlanggo.Bul, whatlanggo.Mkd:
		return []*unicode.RangeTable{unicode.Cyrillic}
	case whatlanggo.Srp, whatlanggo.Azj, whatlanggo.Uzb, whatlanggo.Tuk, whatlanggo.Kin:
		return []*unicode.RangeTable{unicode.Cyrillic, unicode.Latin}
	case whatlanggo.Arb, whatlanggo.Pes, whatlanggo.Urd, whatlanggo.Uig, whatlanggo.Skr:
		return []*unicode.RangeTable{unicode.Arabic}
	case whatlanggo.Heb, whatlanggo.Ydd:
		return []*unicode.RangeTable{unicode.Hebrew}
	case whatlanggo.Ell:
		return []*unicode.RangeTable{unicode.Greek}
	case whatlanggo.Hin, whatlanggo.Mar, whatlanggo.Nep, whatlanggo.Mai, whatlanggo.Bho:
		return []*unicode.RangeTable{unicode.Devanagari}
	case whatlanggo.Ben:
		return []*unicode.RangeTable{unicode.Bengali}
	case whatlanggo.Tam:
		return []*unicode.RangeTable{unicode.Tamil}
	case whatlanggo.Tel:
		return []*unicode.RangeTable{unicode.Telugu}
	case whatlanggo.Kan:
		return []*unicode.RangeTable{unicode.Kannada}
	case whatlanggo.Mal:
		return []*unicode.RangeTable{unicode.Malayalam}
	case whatlanggo.Guj:
		return []*unicode.RangeTable{unicode.Gujarati}
	case whatlanggo.Pan:
		return []*unicode.RangeTable{unicode.Gurmukhi}
	case whatlanggo.Ori:
		return []*unicode.RangeTable{unicode.Oriya}
	case whatlanggo.Sin:
		return []*unicode.RangeTable{unicode.Sinhala}
	case whatlanggo.Tha:
		return []*unicode.RangeTable{unicode.Thai}
	case whatlanggo.Kat:
		return []*unicode.RangeTable{unicode.Georgian}
	case whatlanggo.Amh, whatlanggo.Tir:
		return []*unicode.RangeTable{unicode.Ethiopic}
	case whatlanggo.Khm:
		return []*unicode.RangeTable{unicode.Khmer}
	case whatlanggo.Mya:
		return []*unicode.RangeTable{unicode.Myanmar}
	}
	return []*unicode.RangeTable{unicode.Latin}
}

const (
	// leastForeign is how many letters of another script are more than a few
	// words that are quoted.
	leastForeign = 16
	// leastLetters is how many letters a text has before its language is told
	// from others in the same script.
	leastLetters = 300
	// sure is how sure the detector has to be, from 0 to 1.
	sure = 0.95
)

// alike are languages that the detector takes for each other.
var alike = [][]whatlanggo.Lang{
	{whatlanggo.Nob, whatlanggo.Nno, whatlanggo.Dan, whatlanggo.Swe},
	{whatlanggo.Spa, whatlanggo.Por, whatlanggo.Ita},
	{whatlanggo.Hrv, whatlanggo.Srp, whatlanggo.Slv, whatlanggo.Bul, whatlanggo.Mkd},
	{whatlanggo.Ces, whatlanggo.Pol},
	{whatlanggo.Rus, whatlanggo.Ukr, whatlanggo.Bel, whatlanggo.Bul, whatlanggo.Mkd, whatlanggo.Srp},
	{whatlanggo.Ind, whatlanggo.Jav, whatlanggo.Tgl},
	{whatlanggo.Hin, whatlanggo.Mar, whatlanggo.Nep, whatlanggo.Mai, whatlanggo.Bho},
	{whatlanggo.Afr, whatlanggo.Nld},
	{whatlanggo.Arb, whatlanggo.Pes, whatlanggo.Urd, whatlanggo.Skr, whatlanggo.Uig},
	{whatlanggo.Tur, whatlanggo.Azj, whatlanggo.Tuk, whatlanggo.Uzb},
	{whatlanggo.Est, whatlanggo.Fin},
}

// Wrong names the language or the script of a text that is plainly not in l;
// it returns "" for any other text.
func (l Language) Wrong(text string) string {
	if l.scripts == nil {
		return ""
	}
	n := l.census(text)
	foreign := n.letters - n.ours
	switch {
	case foreign >= leastForeign && foreign*10 >= n.letters*6:
		return nameOf(text)
	case l.lang == whatlanggo.Jpn && n.letters >= 60 && n.kana*20 < n.letters, l.lang == whatlanggo.Kor && n.letters >= 60 && n.hangul*20 < n.letters:
		return "Chinese"
	case l.lang == whatlanggo.Cmn && n.kana*5 > n.letters && n.letters >= leastForeign:
		return "Japanese"
	case n.letters < leastLetters || len(l.scripts) > 1 || l.lang == whatlanggo.Cmn || l.plainly(text):
		return ""
	}
	return l.otherInScript(text)
}

// longForeign is how many letters of another script are more than a name or a
// quoted sentence.
const longForeign = 60

// WrongScript names the language of a paragraph that is plainly in another
// script; it returns "" for any other.
func (l Language) WrongScript(paragraph string) string {
	if l.scripts == nil || len(paragraph) < longForeign {
		return ""
	}
	n := l.census(paragraph)
	if foreign := n.letters - n.ours; foreign < longForeign || foreign*10 < n.letters*6 {
		return ""
	}
	return nameOf(paragraph)
}

// census is how many letters a text has.
type census struct{ letters, ours, kana, hangul int }

// census counts a text's letters, and among them those of l's scripts.
func (l Language) census(text string) (n census) {
	for _, c := range text {
		if !unicode.IsLetter(c) {
			continue
		}
		n.letters++
		if c < 0x80 && l.scripts[0] == unicode.Latin || unicode.In(c, l.scripts...) {
			n.ours++
		}
		switch {
		case c >= 0x3040 && c <= 0x30ff:
			n.kana++
		case c >= 0xac00 && c <= 0xd7a3:
			n.hangul++
		}
	}
	return n
}

// otherInScript names the language of a long text in l's script that is
// plainly not l.
func (l Language) otherInScript(text string) string {
	found := whatlanggo.DetectLang(text)
	if found == l.lang || !confirmed[found] || similar(found, l.lang) {
		return ""
	}
	// How sure the detector is depends on the languages that it may find: what
	// counts is how much better this one fits than the one asked for.
	pair := whatlanggo.DetectWithOptions(text, whatlanggo.Options{Whitelist: map[whatlanggo.Lang]bool{found: true, l.lang: true}})
	if pair.Lang != found || pair.Confidence < sure {
		return ""
	}
	// A list of names, or a table in words, is taken for anything; its halves
	// seldom for the same.
	middle := strings.IndexByte(text[len(text)/2:], ' ') + len(text)/2
	if whatlanggo.DetectLang(text[:middle]) != found || whatlanggo.DetectLang(text[middle:]) != found {
		return ""
	}
	return spoken(found)
}

// confirmed are the languages that the detector finds in text that is in them,
// rather than in lists of names and in code. Those that are rare are taken for
// others too often.
var confirmed = map[whatlanggo.Lang]bool{
	whatlanggo.Eng: true, whatlanggo.Deu: true, whatlanggo.Fra: true, whatlanggo.Spa: true, whatlanggo.Por: true, whatlanggo.Ita: true, whatlanggo.Nld: true,
	whatlanggo.Pol: true, whatlanggo.Rus: true, whatlanggo.Ukr: true, whatlanggo.Tur: true, whatlanggo.Swe: true, whatlanggo.Dan: true, whatlanggo.Nob: true, whatlanggo.Fin: true,
	whatlanggo.Ces: true, whatlanggo.Hun: true, whatlanggo.Ron: true, whatlanggo.Ind: true, whatlanggo.Vie: true,
}

func similar(a, b whatlanggo.Lang) bool {
	for _, group := range alike {
		var hasA, hasB bool
		for _, l := range group {
			hasA, hasB = hasA || l == a, hasB || l == b
		}
		if hasA && hasB {
			return true
		}
	}
	return false
}

// nameOf names the language of a text in another script.
func nameOf(text string) string {
	// Without the Latin letters, which say nothing about another script.
	rest := strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Latin, c) {
			return ' '
		}
		return c
	}, text)
	if strings.IndexFunc(rest, unicode.IsLetter) < 0 {
		rest = text
	}
	if found := whatlanggo.DetectLang(rest); found >= 0 {
		return spoken(found)
	}
	return "another script"
}
