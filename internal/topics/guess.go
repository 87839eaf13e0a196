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
	{"windows-1252", charmap.Windows1252, "äöüßéèêàâçñóíáúìòùãõåøæëïîôûœ’“”–ÄÖÜÉÅØÆÇÑÀÁÍÓÚ€¿¡«»°§®£"},
	{"windows-1251", charmap.Windows1251, "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ"},
	{"windows-1250", charmap.Windows1250, "ąćęłńśźżčďěňřšťůžýáéíóúőűăâîșțľĺđŁŚŻČŠŽ"},
	{"windows-1254", charmap.Windows1254, "ığşöüçİŞĞÖÜÇ"},
	{"windows-1253", charmap.Windows1253, "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώ"},
	{"windows-1255", charmap.Windows1255, "אבגדהוזחטיכלמנסעפצקרשת"},
	{"windows-1256", charmap.Windows1256, "ابتثجحخدذرزسشصضطظعغفقكلمنهويةى"},
	{"windows-1257", charmap.Windows1257, "āčēģīķļņšūžąęėįųõäöüĀČĒĢĪĶĻŅŠŪŽĄĘĖĮŲÕÄÖÜ"},
	{"windows-874", charmap.Windows874, ""},
	{"koi8-r", charmap.KOI8R, "абвгдежзийклмнопрстуфхцчшщъыьэюя"},
	{"gb18030", simplifiedchinese.GB18030, ""},
	{"shift_jis", japanese.ShiftJIS, ""},
	{"euc-jp", japanese.EUCJP, ""},
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
			all = append(all, guessed{c.name, c.enc, fit(c.name, string(text), c.letters)})
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
func fit(name, text, letters string) float64 {
	score, n := 0.0, 0
	before := ' '
	for _, r := range text {
		if r >= 0x80 {
			n++
			switch {
			case r == unicode.ReplacementChar || unicode.IsControl(r) || unicode.Is(unicode.Co, r):
				score--
			case unicode.IsUpper(r) && unicode.IsLower(before), before < 0x80 && unicode.IsLetter(before) && unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Hebrew, unicode.Arabic):
				score -= 0.7 // a capital, or another script, amid a word
			case letters != "" && strings.ContainsRune(letters, r):
				score++
			case letters != "" && unicode.IsLetter(r):
				score += 0.2
			case unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Han, unicode.Thai):
				score += eastern(name, r)
			case r >= 0x3000 && r < 0x3030 || r >= 0xff01 && r < 0xff5f:
				score += 0.5 // punctuation and letters of full width
			case !unicode.IsLetter(r):
				score -= 0.3
			}
		}
		before = r
	}
	return score / float64(max(1, n))
}

// eastern is what a letter of East Asia counts in a text of this encoding. One
// encoding's text read as another's gives rare letters, and scripts that do not
// stand in one text: Korean has no Chinese letters today, and Chinese no kana.
func eastern(name string, r rune) float64 {
	kana := unicode.In(r, unicode.Hiragana, unicode.Katakana)
	switch {
	case kana && halfWidth(r):
		return -0.3
	case unicode.Is(unicode.Thai, r):
		if strings.ContainsRune(rareThai, r) {
			return -0.7
		}
		return 0.9
	case unicode.Is(unicode.Hangul, r):
		switch {
		case name != "euc-kr" || !inKSX1001(r):
			return -0.5
		case strings.ContainsRune(frequentHangul, r):
			return 1
		}
		return 0.3
	case name == "euc-kr":
		return -0.5
	case kana && (name == "shift_jis" || name == "euc-jp"):
		return 1
	case kana:
		return -0.3
	case strings.ContainsRune(frequentHan, r):
		return 1
	}
	return 0.4
}

// inKSX1001 reports whether a syllable is among the 2,350 of the standard. What
// Windows added to them is rare.
func inKSX1001(r rune) bool {
	b, err := korean.EUCKR.NewEncoder().Bytes([]byte(string(r)))
	return err == nil && len(b) == 2 && b[0] >= 0xa1 && b[1] >= 0xa1
}

// rareThai are the letters and signs that Thai texts hardly use.
const rareThai = "ฃฅฆฌฎฏฐฑฒฤฦฬฯฺํ๎๏๐๑๒๓๔๕๖๗๘๙๚๛"

// frequentHangul are the syllables that Korean texts use most.
const frequentHangul = "이다는을의에가고하지한로은기사도리자나를대시인어정일서아수과해부그제스라있보오게여전상용장주원으구들만위성소신유선조무동공안트관화방마내비경모국물연분법미세적발문생식음터개요할재영금우양회행중진치목산교운바러드레크램글검색추천"

// frequentHan are the characters that Chinese and Japanese texts use most.
const frequentHan = "日月火水木金土年人名前後店市町村区県店舗称号品料理業社員会場所電話番登録入力選択一覧表示情報更新詳細用途価格商番組名桃太郎" +
	"中国公司银行平安集团股份有限科技发展业务产品价格店铺如何最好方法推荐怎么选择关键词标题介绍使用教程指南健康减肥旅游美食学习工作生活电脑手机软件网站设计制作免费下载" +
	"臺灣股份有限科技發展業務產品價格店鋪推薦選擇關鍵詞標題介紹教學指南健康減肥旅遊美食學習工作電腦手機軟體網站設計製作免費" +
	"的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已" +
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
