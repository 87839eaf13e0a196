package reply

import "strings"

// apologies may come before a refusal, in lower case. By themselves they
// refuse nothing: "Sorry for the wait, here is your post".
var apologies = []string{
	"i'm sorry", "i am sorry", "sorry", "i apologize", "i apologise", "my apologies", "unfortunately", "regrettably", "thank you for your request",
	"as an ai language model", "as an ai assistant", "as an ai", "as a language model", "as a large language model", "as a responsible ai",
	"es tut mir leid", "tut mir leid", "entschuldigung", "leider", "als ki-modell", "als ki",
	"je suis désolé", "je suis désolée", "désolé", "désolée", "malheureusement", "en tant qu'ia",
	"lo siento", "lamento", "desafortunadamente", "como modelo de lenguaje", "mi dispiace", "purtroppo",
	"desculpe", "sinto muito", "infelizmente", "het spijt me", "helaas", "przykro mi", "przepraszam", "niestety",
	"извините", "простите", "к сожалению", "很抱歉", "抱歉", "对不起", "對不起", "申し訳ありませんが", "申し訳ございませんが", "申し訳ありません", "申し訳ございません", "죄송하지만", "죄송합니다", "üzgünüm", "maaf",
}

// refusals say that it will not be done. They stand at the beginning, or
// behind an apology. English verbs are named, because "I can't stress enough"
// is how posts begin.
var refusals = func() (all []string) {
	for _, who := range []string{"i can't ", "i cannot ", "i can not ", "i won't ", "i will not ", "i am unable to ", "i'm unable to ", "i am not able to ", "i'm not able to ", "i won't be able to ", "i'm not comfortable ", "we cannot ", "we can't "} {
		for _, verb := range []string{"help with", "help you", "assist", "write", "create", "creating", "writing", "provide", "providing", "fulfill", "fulfil", "comply", "generate", "generating", "produce", "do that", "continue with", "complete th", "support th", "discuss", "answer th", "engage", "participate", "satisfy"} {
			all = append(all, who+verb)
		}
	}
	return append(all,
		"i must decline", "i have to decline", "i must respectfully decline", "i respectfully decline", "this request goes against", "this topic is not something i",
		"ich kann dir dabei nicht", "ich kann ihnen dabei nicht", "ich kann dabei nicht", "ich kann diese", "ich kann keinen", "ich kann ihnen nicht", "ich kann dir nicht",
		"je ne peux pas", "je ne suis pas en mesure", "no puedo", "non posso", "não posso", "não consigo", "ik kan niet", "ik kan je", "ik kan hier", "nie mogę", "не могу", "я не могу", "我无法", "我不能", "我無法",
		"お手伝いできません", "お答えできません", "その依頼には", "そのリクエスト", "ご要望にお応え", "도와드릴 수 없", "해당 요청", "yardımcı olamam", "saya tidak dapat", "saya tidak bisa",
	)
}()

// turns, in the sentence that refuses, say that something comes all the same.
var turns = []string{"but here", "but i can", "but i'll", "but i will", "however", "instead", "aber", "mais voici", "pero", ":"}

// refuses tells whether a reply begins with a refusal, and whether with an
// apology before it. It waits for the end of the sentence that refuses,
// because that may go on with "but here is".
func refuses(text string) (refused, sorry bool) {
	rest := plainStart(text)
	for range 3 {
		n := len(rest)
		for _, a := range apologies {
			if t, ok := strings.CutPrefix(rest, a); ok && !startsWord(t) {
				rest, sorry = t, true
				break
			}
		}
		rest = strings.TrimLeft(rest, ",.!;:，。！、 \n")
		for _, and := range []string{"but ", "mais ", "aber ", "pero ", "ma ", "mas ", "maar ", "ale ", "но ", "但", "however, ", "fakat ", "tetapi ", "tapi "} {
			if t, ok := strings.CutPrefix(rest, and); ok {
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
	for _, turn := range turns {
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
	for _, no := range []string{
		"i can't help", "i cannot help", "i can't assist", "i cannot assist", "i can't write", "i cannot write", "unable to help", "unable to assist", "unable to write", "unable to fulfill",
		"できません", "いたしかねます", "수 없습니다", "无法", "不能", "無法", "не могу", "nicht schreiben", "nicht helfen", "nicht erstellen", "ne peux pas", "no puedo", "non posso", "não posso", "nie mogę", "kan ik niet", "yazamam", "olamam",
	} {
		if strings.Contains(sentence, no) {
			return true
		}
	}
	return false
}

// refusesOrSo tells whether a text that is over, and has no field, is a
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

// startsWord tells whether what follows goes on in the same word.
func startsWord(s string) bool {
	return s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] == '\'' || s[0] == '-')
}
