package topics

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// candidates are the encodings that spreadsheets still write, the most common
// first, with the letters beyond ASCII that their languages use most.
var candidates = []struct {
	name    string
	enc     encoding.Encoding
	letters string
}{
	{"windows-1252", charmap.Windows1252, "äöüßéèêàâçñóíáúãõåøæëïîôûœ’“”–ÄÖÜÉÅØÆÇÑ€"},
	{"windows-1251", charmap.Windows1251, "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ"},
	{"windows-1250", charmap.Windows1250, "ąćęłńśźżčďěňřšťůžýáéíóúőűăâîșțľĺđŁŚŻČŠŽ"},
	{"windows-1254", charmap.Windows1254, "ığşöüçİŞĞÖÜÇ"},
	{"windows-1253", charmap.Windows1253, "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώ"},
	{"windows-1255", charmap.Windows1255, "אבגדהוזחטיכלמנסעפצקרשת"},
	{"windows-1256", charmap.Windows1256, "ابتثجحخدذرزسشصضطظعغفقكلمنهويةى"},
	{"gb18030", simplifiedchinese.GB18030, ""},
	{"shift_jis", japanese.ShiftJIS, ""},
	{"big5", traditionalchinese.Big5, ""},
	{"euc-kr", korean.EUCKR, ""},
	{"macintosh", charmap.Macintosh, "äöüßéèêàâçñóíáúãõåøæ’“”–ÄÖÜÉ"},
	{"ibm850", charmap.CodePage850, "äöüßéèêàâçñóíáúãõåøæÄÖÜÉ"},
}

// notUTF8 is the error for a text in another encoding. It shows one of the
// text's cells in the two encodings that fit best, for a person to decide.
func (in *Input) notUTF8(seen census) error {
	from := max(0, seen.first-window/4)
	sample := make([]byte, window/2)
	n, err := in.spool.ReadAt(sample, from)
	if n == 0 {
		return fmt.Errorf("read %s: %w", in.name, err)
	}
	sample = sample[:n]
	best := guess(sample)
	cell := cellAround(sample, int(seen.first-from))
	return &Error{
		File: in.name,
		Msg: fmt.Sprintf("is not UTF-8; it seems to be %s: one cell is %q in %s and %q in %s",
			best[0].name, best[0].of(cell), best[0].name, best[1].of(cell), best[1].name),
		hint: "--encoding " + best[0].name + ", or save the file as CSV UTF-8",
	}
}

// guessed is an encoding and how well a text fits it.
type guessed struct {
	name  string
	enc   encoding.Encoding
	score float64
}

func (g guessed) of(cell []byte) string {
	s, err := g.enc.NewDecoder().Bytes(cell)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(s))
}

// guess orders the candidates by how well they fit, the best first.
func guess(sample []byte) []guessed {
	var all []guessed
	for _, c := range candidates {
		text, err := c.enc.NewDecoder().Bytes(sample)
		if err == nil {
			all = append(all, guessed{c.name, c.enc, fit(string(text), c.letters)})
		}
	}
	slices.SortStableFunc(all, func(a, b guessed) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	return all
}

// fit scores a decoded text by its characters beyond ASCII, from -1 to 1:
// letters that the encoding's languages use count for it, and characters that
// no text has, or a capital amid a word, count against it.
func fit(text, letters string) float64 {
	score, n := 0.0, 0
	before := ' '
	for _, r := range text {
		if r >= 0x80 {
			n++
			switch {
			case r == unicode.ReplacementChar || unicode.IsControl(r) || unicode.Is(unicode.Co, r):
				score--
			case unicode.IsUpper(r) && unicode.IsLower(before):
				score -= 0.7
			case letters != "" && strings.ContainsRune(letters, r):
				score++
			case letters != "" && unicode.IsLetter(r):
				score += 0.2
			case unicode.In(r, unicode.Hiragana, unicode.Katakana) && !halfWidth(r), unicode.Is(unicode.Hangul, r), unicode.Is(unicode.Han, r):
				score += wide(r, before)
			case !unicode.IsLetter(r):
				score -= 0.3
			}
		}
		before = r
	}
	return score / float64(max(1, n))
}

// wide is what a letter of East Asia counts. Those of another encoding give
// rare ones, which lie far from each other.
func wide(r, before rune) float64 {
	switch {
	case unicode.In(r, unicode.Hiragana, unicode.Hangul):
		return 1
	case unicode.Is(unicode.Katakana, r):
		return 0.9
	case strings.ContainsRune(frequentHan, r):
		return 1
	}
	return 0.5
}

// frequentHan are the characters that Chinese and Japanese texts use most.
const frequentHan = "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已" +
	"這來個國說們為時會過學對裡後麼沒還發當無開見經頭長現動間關見書語方法使用入門食品東京新聞会社高大"

func halfWidth(r rune) bool { return r >= 0xff61 && r <= 0xff9f }

// cellAround is the cell of a text that has the byte at i.
func cellAround(text []byte, i int) []byte {
	const ends = ",;\t|\"\r\n"
	from := bytes.LastIndexAny(text[:i], ends) + 1
	to := bytes.IndexAny(text[i:], ends)
	if to < 0 {
		to = len(text) - i
	}
	return text[max(from, i-40):min(i+to, i+40)]
}
