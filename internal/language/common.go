package language

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/abadojack/whatlanggo"
)

// common are words that prose of a language has many of, and that of others,
// except for those that are similar, has few of.
var common = map[whatlanggo.Lang]map[string]bool{
	whatlanggo.Eng: set("the and of that with for is are you your this it was from have not they their which can will be"),
	whatlanggo.Deu: set("der die das und ist nicht ein eine einen einem einer mit den dem des für auf sich auch sie wird wenn oder von zu"),
	whatlanggo.Fra: set("le la les des et est une un dans pour que qui pas avec sur du vous ce cette plus au sont ou"),
	whatlanggo.Spa: set("el la los las que una un por con para del más como pero es se su en y lo"),
	whatlanggo.Por: set("o os as que uma um por com para do da dos das mais como mas é não se em e na no"),
	whatlanggo.Ita: set("il la le lo gli che una un per con del della dei più come ma è non si di e nel sono"),
	whatlanggo.Nld: set("de het een en van is niet met voor op zijn dat die te ook als naar door bij wordt"),
	whatlanggo.Pol: set("i w na z się nie jest do że to od po jak dla przez są lub przy można"),
	whatlanggo.Rus: set("и в на с не что это по для как от из или но к при их до может а у же бы так если когда только чем она он они вы мы его быть где там который которые до то за все"),
	whatlanggo.Swe: set("och att det som en ett är på för med inte av till den kan om eller"),
	whatlanggo.Dan: set("og at det som i en er på for med ikke af til den kan om eller der har de"),
	whatlanggo.Nob: set("og at det som i en er på for med ikke av til den kan om eller der har de"),
	whatlanggo.Fin: set("ja on ei että se kun voi myös tai ovat jos kuin niin mutta sekä joka hän ole"),
	whatlanggo.Ces: set("a se na v je že s do pro z jako nebo by to i ale které jsou při když"),
	whatlanggo.Hun: set("a az és hogy nem is egy vagy ha ez de meg mint már csak van lehet amely"),
	whatlanggo.Ron: set("și de la în cu pe nu un o care este din să mai pentru sau dar ca se sunt"),
	whatlanggo.Ind: set("yang dan di untuk dengan dari ini itu pada tidak adalah dapat akan atau juga ke anda bisa dalam"),
	whatlanggo.Vie: set("và là của có cho không được trong một các với để những này khi người cũng như từ"),
	whatlanggo.Tur: set("ve bir bu için ile da de çok daha olan gibi olarak ne en"),
}

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

// plainly reports whether so many of a text's words are common ones of l that it
// is in l, or in a similar language. It costs a hundredth of what the detector
// does. False says nothing.
func (l Language) plainly(text string) bool {
	mine := common[l.lang]
	if mine == nil {
		return false
	}
	var word [16]byte
	n, words, hits := 0, 0, 0
	for i := 0; i <= len(text); i++ {
		c := byte(' ')
		if i < len(text) {
			c = text[i]
		}
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c >= 'a' && c <= 'z' || c >= 0x80 {
			if n < len(word) {
				word[n] = c
			}
			n++
			continue
		}
		if n > 0 {
			words++
			if n <= len(word) && mine[string(word[:n])] {
				hits++
			}
		}
		n = 0
	}
	return hits*6 >= words
}

// Common returns words that prose of l has many of, in alphabetical order; none
// for a language of which no list is kept. A text with one of them among six
// words is in l for Wrong.
func (l Language) Common() []string { return slices.Sorted(maps.Keys(common[l.lang])) }

// alphabets are letters of the scripts that are not Latin.
var alphabets = map[*unicode.RangeTable]string{
	unicode.Cyrillic:   "абвгдезиклмнопрстуфхцчшыюя",
	unicode.Greek:      "αβγδεζηθικλμνξοπρστυφχψω",
	unicode.Hebrew:     "אבגדהוזחטיכלמנסעפצקרשת",
	unicode.Arabic:     "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
	unicode.Devanagari: "अकखगघचछजटडतथदधनपफबभमयरलवसह",
	unicode.Thai:       "กขคงจชซดตถทนบปผพฟมยรลวสหอ",
	unicode.Hiragana:   "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわ",
	unicode.Hangul:     "가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주",
	unicode.Han:        "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学",
}

// Letters returns letters in which texts of l are written, "" for Latin ones.
func (l Language) Letters() string {
	if len(l.scripts) == 0 || slices.Contains(l.scripts, unicode.Latin) {
		return ""
	}
	if known := alphabets[l.scripts[0]]; known != "" {
		return known
	}
	var all []rune
	for _, r := range l.scripts[0].R16 {
		for c := rune(r.Lo); c <= rune(r.Hi) && len(all) < 26; c += rune(r.Stride) {
			if unicode.IsLetter(c) && !unicode.IsUpper(c) {
				all = append(all, c)
			}
		}
	}
	return string(all)
}
