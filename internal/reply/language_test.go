package reply_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
)

const (
	inEnglish = "The hive should stand where the morning sun reaches it first, because bees that warm up early fly out early. A hedge or a fence behind it keeps the wind away, and a metre of free space before the entrance is enough for them to rise above the heads of people. Neighbours who are asked before the first box arrives are seldom angry later, and a jar of honey in autumn helps more than any letter."
	inGerman  = "Der Bienenstock sollte dort stehen, wo ihn die Morgensonne zuerst erreicht, denn Bienen, die früh warm werden, fliegen auch früh aus. Eine Hecke oder ein Zaun dahinter hält den Wind ab, und ein Meter freier Raum vor dem Flugloch genügt, damit sie über die Köpfe der Leute steigen. Nachbarn, die vor der ersten Kiste gefragt werden, sind später selten verärgert, und ein Glas Honig im Herbst hilft mehr."
	inChinese = "蜂箱应该放在早晨阳光最先照到的地方，因为早早暖和起来的蜜蜂会早早出去采蜜。后面有树篱或栅栏可以挡风，入口前留出一米的空间，蜜蜂就能从人的头顶上飞过。在第一个箱子运来之前就征求过意见的邻居，以后很少会生气。"
)

func TestTheLanguageOfEachSectionIsChecked(t *testing.T) {
	section := func(paragraphs ...string) string { return strings.Join(paragraphs, "\n\n") + "\n\n" }
	for name, c := range map[string]struct {
		language, body string
		wrong          bool
	}{
		"as it should be":               {"English", section(inEnglish) + "## Wind\n\n" + section(inEnglish+" And that is all.") + "## Sun\n\n" + section("Yes, "+inEnglish), false},
		"a section in German":           {"English", section(inEnglish) + "## Wind\n\n" + section(inGerman) + "## Sun\n\n" + section("Yes, "+inEnglish), true},
		"the beginning in German":       {"English", section(inGerman) + "## Wind\n\n" + section(inEnglish) + "## Sun\n\n" + section("Yes, "+inEnglish), true},
		"all in German":                 {"English", section(inGerman) + "## Wind\n\n" + section("Ja, "+inGerman), true},
		"German, as asked":              {"German", section(inGerman) + "## Wind\n\n" + section("Ja, "+inGerman), false},
		"an English section":            {"German", section(inGerman) + "## Wind\n\n" + section(inEnglish), true},
		"a paragraph in Chinese":        {"English", section(inEnglish) + "## Wind\n\n" + section("Yes, "+inEnglish, inChinese, "Now, "+inEnglish), true},
		"a quotation in Chinese":        {"English", section(inEnglish) + "## Wind\n\n" + section("Yes, "+inEnglish, "> "+inChinese, "Now, "+inEnglish), false},
		"a few words in Chinese":        {"English", section(inEnglish) + "## Wind\n\n" + section("Yes, "+inEnglish+" The Chinese say: 蜂箱应该放在早晨阳光最先照到的地方。"), false},
		"an English paragraph, Chinese": {"Chinese", section(inChinese) + "## Wind\n\n" + section(inChinese+"是的。", inEnglish), true},
		// A section in two languages is in neither; no guess is made.
		"a section half in German":   {"English", section(inEnglish) + "## Wind\n\n" + section("Yes, "+inEnglish, inGerman), false},
		"a quotation in German":      {"English", section(inEnglish) + "## Wind\n\n" + section("Yes, "+inEnglish, "> "+inGerman), false},
		"a section that is code":     {"English", section(inEnglish) + "## Wind\n\n```text\n" + inGerman + "\n```\n", false},
		"a language that is unknown": {"Klingon", section(inGerman), false},
	} {
		v := reply.Read(&contract.Contract{Language: c.language}, c.body, reply.Ended)
		found := slices.ContainsFunc(v.Problems, func(p contract.Problem) bool { return p.Code == contract.ProblemLanguage })
		if found != c.wrong || found == (v.Post != nil) {
			t.Errorf("%s: %v", name, v.Problems)
		}
	}
}
