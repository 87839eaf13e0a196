package reply_test

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/reply"
)

// signs are how a reply arrives from a server with a wrong tokenizer, or through
// a program with a wrong encoding.
var signs = map[string]func(string) string{
	"line ends as bytes": func(s string) string { return strings.ReplaceAll(s, "\n", "<0x0A>") },
	"both line ends":     func(s string) string { return strings.ReplaceAll(s, "\n", "<0x0A>\n") },
	"small digits":       func(s string) string { return strings.ReplaceAll(s, "\n", "<0x0a>") },
	"characters as bytes": func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "\n", "<0x0A>"), ",", "<0x2C>")
	},
	"SentencePiece":             func(s string) string { return strings.ReplaceAll(s, " ", "▁") },
	"SentencePiece and blanks":  func(s string) string { return strings.ReplaceAll(s, " ", " ▁") },
	"SentencePiece, byte lines": func(s string) string { return strings.NewReplacer(" ", "▁", "\n", "<0x0A>").Replace(s) },
	"indentation":               func(s string) string { return " ▁▁" + strings.ReplaceAll(s, "\n", "\n ▁▁") },
	"GPT-2":                     func(s string) string { return strings.NewReplacer(" ", "Ġ", "\n", "Ċ").Replace(s) },
	"GPT-2, line feeds":         func(s string) string { return strings.NewReplacer(" ", "Ġ", "\n", "Ċ\n").Replace(s) },
	"GPT-2, blanks alone":       func(s string) string { return strings.ReplaceAll(s, " ", "Ġ") },
	"GPT-2, doubled":            func(s string) string { return strings.ReplaceAll(s, " ", " Ġ") },
	"GPT-2, typographic":        func(s string) string { return strings.NewReplacer(" ", "Ġ", "\n", "Ċ", "'", "âĢĻ").Replace(s) },
	"unknown bytes":             func(s string) string { return strings.ReplaceAll(s, " sun", "[UNK_BYTE_0xe29681▁sun] sun") },
	"no-break blanks":           func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") },
	"narrow blanks":             func(s string) string { return strings.ReplaceAll(s, " ", "\u202f") },
	"indented":                  func(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") },
	"indented by tabs":          func(s string) string { return "\t" + strings.ReplaceAll(s, "\n", "\n\t") },
	"quoted":                    func(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") },
	"carriage returns":          func(s string) string { return strings.ReplaceAll(s, "\n", "\r") },
	"a role glued to it":        func(s string) string { return "assistant" + s },
	"no value glued to it":      func(s string) string { return "None" + s },
	"filler in words":           func(s string) string { return strings.ReplaceAll(s, "sun", "s<unused12>un") },
	"filler before words":       func(s string) string { return strings.ReplaceAll(s, "sun", "<unk>sun") },
	"padding behind words":      func(s string) string { return strings.ReplaceAll(s, "sun", "sun<pad>") },
	"a hole in words":           func(s string) string { return strings.ReplaceAll(s, "sun", "s<|fim_middle|>un") },
	"a picture in words":        func(s string) string { return strings.ReplaceAll(s, "sun", "s<|vision_start|>un") },
	"reserved in words":         func(s string) string { return strings.ReplaceAll(s, "sun", "s<|reserved_special_token_7|>un") },
	"quotes of gemma":           func(s string) string { return strings.ReplaceAll(s, "sun", `s<|"|>un`) },
	"sources":                   func(s string) string { return strings.ReplaceAll(s, "sun", "sun【12†source】") },
	"sources behind blanks":     func(s string) string { return strings.ReplaceAll(s, "sun", "sun 【3†L1-L9】") },
	"sources by numbers": func(s string) string {
		return strings.ReplaceAll(s, "sun", "sun【f2af7f8b-284e-4f53-a7c9-7563bc49f16f:eca7de8b-20ce-4299-9f42-070906aac9c1】")
	},
	"sources of a chat":     func(s string) string { return strings.ReplaceAll(s, "sun", "sun:contentReference[oaicite:3]{index=3}") },
	"sources in private":    func(s string) string { return strings.ReplaceAll(s, "sun", "sun\ue200cite\ue202turn0search1\ue201") },
	"sources of a search":   func(s string) string { return strings.ReplaceAll(s, "sun", "sun[citation:2]") },
	"escaped headings":      func(s string) string { return strings.ReplaceAll(s, "## ", `\#\# `) },
	"draft above":           func(s string) string { return aDraft + "\n**Final version:**\n\n" + s },
	"draft below a heading": func(s string) string { return "## Draft\n\n" + aDraft + "\n---\n\n## Revised Blog Post\n\n" + s },
	"draft in tags":         func(s string) string { return "<draft>\n" + aDraft + "</draft>\n\n" + s },
	"outline in tags":       func(s string) string { return "<outline>\n" + aDraft + "</outline>\n\n" + s },
	"folded calls": func(s string) string {
		return "<details type=\"tool_calls\" done=\"true\">\n<summary>write</summary>\n{}\n</details>\n" + s
	},
	"folded thinking, quoted": func(s string) string {
		return "<details type=\"reasoning\" done=\"true\" duration=\"0\">\n<summary>Thought for 2 seconds</summary>\n&gt; plan\n</details>\n" + s
	},
}

const aDraft = "TITLE: A draft of a title here\nMETA_DESCRIPTION: A draft of what it is about.\nTAGS: a, b, c\n\nA draft.\n"

// What servers leave behind is taken away whatever form the labels have.
func TestWhatServersLeaveInAReplyIsTakenAway(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	for _, form := range []string{"colon", "heading, below", "YAML", "table"} {
		post := labelForms[form](gridLabels, gridValues()) + "\n" + gridBody() + "\n\n</EndOFText>"
		for name, sign := range signs {
			switch {
			case strings.HasSuffix(name, "glued to it") && form != "colon": // Markdown's marks stand behind no word
				continue
			case form == "table" && (strings.HasPrefix(name, "draft") || strings.HasPrefix(name, "outline") || name == "quoted"):
				continue // in a body, a table is one
			case form == "heading, below" && name == "GPT-2, doubled": // one blank is no proof
				continue
			}
			raw := sign(post)
			if raw == post && name != "GPT-2, typographic" {
				t.Fatalf("%s changes nothing", name)
			}
			if wrong := isGridPost(c, raw, true); wrong != "" {
				t.Errorf("%s, %s: %.300s", form, name, wrong)
			}
			if form != "colon" {
				continue
			}
			if wrong := dependsOnChunks(c, raw); wrong != "" {
				t.Errorf("%s: %.300s", name, wrong)
			}
		}
	}
}

// Thinking in a fence is none of the post, even if there is a draft in it.
func TestThinkingInAFenceIsPassedOver(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	post := each("%s: %s\n")(gridLabels, gridValues()) + "\n" + gridBody() + "\n\n</EndOFText>"
	for _, info := range []string{"think", "thinking", "Thought", "thoughts", "reasoning", "analysis", "scratchpad", "plan", "draft", "denken", "思考"} {
		for _, fence := range []string{"```", "~~~", "````"} {
			for _, within := range []string{"I plan.\n", aDraft, "I plan.\n\n" + aDraft + "\nMore.\n", ""} {
				raw := fence + info + "\n" + within + fence + "\n\n" + post
				if wrong := isGridPost(c, raw, true); wrong != "" {
					t.Errorf("%s%s %q: %.300s", fence, info, within, wrong)
				}
			}
		}
	}
	for _, around := range []string{"```\n<think>\n%s</think>\n```\n\n", "```xml\n<think>\n%s</think>\n```\n\n", "<think>\n```\n%s```\n</think>\n\n", "<think>\n```markdown\n%s</EndOFText>\n```\n</think>\n\n"} {
		if wrong := isGridPost(c, strings.Replace(around, "%s", aDraft, 1)+post, true); wrong != "" {
			t.Errorf("%q: %.300s", around, wrong)
		}
	}
}

// What looks like a server's leavings may be what a post is about.
func TestWhatAPostSaysOfSuchSignsStays(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	head := each("%s: %s\n")(gridLabels, gridValues()) + "\n"
	for _, said := range []string{
		"The bars ▁▂▃▄▅▆▇█ show the load, and ▁▁▁ is none.", "SentencePiece writes `▁` for a blank, as in `▁Hello`.", "Name: ▁▁▁▁▁▁▁▁", "Fill in: I am ▁▁▁▁▁ years old.", "▁▁▁▁▁▁▁▁▁▁",
		"The Maltese word for summer is Ġgantija's neighbour, Ċirkewwa, and Ħaġar Qim.", "IL-ĠGANTIJA U Ċ-ĊENSU.", "GPT-2 writes `Ġ` for a blank and `Ċ` for a line end.",
		"Llama writes `<0x0A>` for a line end, and `<0xE2><0x80>` for others.", "The flag 0x0A is a line feed.", "A price of 5\u00a0€ and of 7\u00a0€ each.", "« Oui\u00a0», dit-il\u00a0; « non\u00a0».",
		"The token `<|im_end|>` ends a turn.", "The tag <unk is not closed.", "São Paulo, Ã la carte, Âge d'or, and Łódź.", "The footnote[^1] says so.\n\n[^1]: It does.", "【注意】Read this first.", "See [citation needed] there.", "Draft: we begin.", "The <details> element folds text.",
		"| a | b |\n|---|---|\n| ▁▃ | █▁ |", "```text\n▁▂▃ Ġ Ċ <0x0A> <|im_end|>\n```", "```python\nprint('▁Hello▁world')\n```", "He is here.\n\n## Final thoughts\n\nThat is all.", "<details>\n<summary>More</summary>\nText.\n</details>",
	} {
		body := gridBody() + "\n\n" + said + "\n\n" + prose(7) + " " + prose(8)
		v := reply.Read(c, head+body+"\n\n</EndOFText>", reply.Ended)
		if v.Post == nil || v.Post.Body != body {
			t.Errorf("%q: %+v %v", said, v.Problems, v.Repairs)
			if v.Post != nil {
				t.Log(v.Post.Body[len(gridBody()):])
			}
		}
	}
}
