package output

import (
	"crypto/sha256"
	"encoding/hex"
	"html"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/gosimple/slug"
	"github.com/nightpress/nightpress/internal/filename"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// maxSlug bounds a slug in bytes.
const maxSlug = filename.MaxBytes

// plain replaces letters that Unicode does not decompose into ASCII letters.
var plain = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i", "'", "", "’", "")

// Slug makes a file name from a text: lower case, words joined by "-", safe on
// Linux, macOS and Windows, at most 96 bytes, never empty. Latin letters lose their
// accents; other scripts stay as they are. The same text gives the same slug in any
// Unicode form. An HTML entity counts as its character, and characters without width
// do not count.
func Slug(text string) string { return SlugIn(text, "") }

// SlugIn is Slug with Latin letters spelled as a language spells them without
// accents: "ä" is "ae" in German and "å" is "aa" in Danish. language is a code
// of ISO 639-1; "" is none.
func SlugIn(text, language string) string {
	if s, ok := asciiSlug(text); ok {
		return s
	}
	return anySlug(text, language)
}

// anySlug is SlugIn for any text.
func anySlug(text, language string) string {
	seen := html.UnescapeString(strings.ToValidUTF8(text, " "))
	seen = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, seen)
	s := spell(strings.ToLower(norm.NFC.String(seen)), language)
	s = latin(plain.Replace(s))
	var b strings.Builder
	gap := false
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(r)
	}
	s = shorten(b.String(), maxSlug)
	if s == "" {
		return "topic-" + shortHash(text)
	}
	return unreserved(s)
}

// asciiSlug is SlugIn for a text of ASCII characters, of which a language changes none.
// Most slugs of a million are such, and SlugIn takes ten times as long. ok is false for
// another text.
func asciiSlug(text string) (s string, ok bool) {
	b := make([]byte, 0, len(text))
	gap := false
	for i := range len(text) {
		c := text[i]
		switch {
		case c >= utf8.RuneSelf || c == '&': // an HTML entity
			return "", false
		case c == '\'':
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
		default:
			gap = true
			continue
		}
		if gap && len(b) > 0 {
			b = append(b, '-')
		}
		gap = false
		b = append(b, c)
	}
	if s = shorten(string(b), maxSlug); s == "" {
		return "", false
	}
	return unreserved(s), true
}

// spell writes the letters that a language spells in its own way.
func spell(s, language string) string {
	if language == "" {
		return s
	}
	letters := spellings(language)
	var b strings.Builder
	for _, r := range s {
		if in, ok := letters[r]; ok {
			b.WriteString(in)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// spelled holds the spellings of a language, by its code.
var spelled sync.Map

// spellings are the Latin letters that a language spells otherwise than by
// leaving the accents off. They are those of gosimple/slug, which is asked once
// for each: it is slow. It has Norwegian and no Danish, which is the same here.
func spellings(language string) map[rune]string {
	if known, ok := spelled.Load(language); ok {
		return known.(map[rune]string)
	}
	code := language
	if code == "da" {
		code = "nb"
	}
	letters := map[rune]string{}
	for r := rune(utf8.RuneSelf); r <= '\u024f'; r++ {
		if !unicode.IsLower(r) || !unicode.Is(unicode.Latin, r) {
			continue
		}
		if in := slug.MakeLang(string(r), code); in != "" && in != latin(plain.Replace(string(r))) {
			letters[r] = in
		}
	}
	spelled.Store(language, letters)
	return letters
}

// latin takes the accents off Latin letters alone: in other scripts a mark is
// part of the letter.
func latin(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf || !unicode.Is(unicode.Latin, r) {
			b.WriteRune(r)
			continue
		}
		base, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn))), string(r))
		if err != nil {
			base = string(r)
		}
		b.WriteString(base)
	}
	return norm.NFC.String(b.String())
}

// shorten cuts at the end of a word, if there is one in the last third, and
// otherwise between two characters.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	if s[cut] != '-' {
		if word := strings.LastIndexByte(s[:cut], '-'); word > limit*2/3 {
			cut = word
		}
	}
	return strings.TrimRight(s[:cut], "-")
}

func unreserved(s string) string {
	if filename.IsDevice(s) {
		return s + "-post"
	}
	return s
}

// SlugClash is the slug of a new topic whose slug is taken. It ends with a short
// hash of the topic's text (and of whatever else distinguishes the topic).
func SlugClash(slug, text string) string {
	return shorten(slug, maxSlug-9) + "-" + shortHash(text)
}

func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}

// Label is the default folder of a model: its name in lower case, with ":" and
// "/" as "-" and ":latest" dropped.
func Label(model string) string {
	s := strings.TrimSuffix(strings.ToLower(strings.ToValidUTF8(model, "-")), ":latest")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '.', r == '_', r == '-':
			return r
		}
		return '-'
	}, s)
	s = strings.Trim(shorten(s, maxSlug), ".- ")
	if s == "" {
		return "model-" + shortHash(model)
	}
	if filename.IsDevice(s) {
		return "model-" + s
	}
	return s
}
