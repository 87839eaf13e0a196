package reply_test

import (
	"fmt"
	"strings"
)

// labelForms write a header: label after label with its value.
var labelForms = map[string]func(labels, values []string) string{
	"colon":             each("%s: %s\n"),
	"no blank":          each("%s:%s\n"),
	"blanks":            each("%s : %s\n"),
	"wide colon":        each("%s：%s\n"),
	"bold label":        each("**%s:** %s\n"),
	"bold, colon after": each("**%s**: %s\n"),
	"bold, no colon":    each("**%s** %s\n"),
	"bold line":         each("**%s: %s**\n"),
	"bold, value below": each("**%s:**\n%s\n\n"),
	"underlined":        each("__%s__: %s\n"),
	"italic":            each("*%s:* %s\n"),
	"code":              each("`%s`: %s\n"),
	"list":              each("- %s: %s\n"),
	"star list":         each("* **%s:** %s\n"),
	"quotation":         each("> %s: %s\n"),
	"heading":           each("## %s: %s\n"),
	"heading, below":    each("## %s\n%s\n\n"),
	"heading, blank":    each("## %s\n\n%s\n\n"),
	"heading 3, colon":  each("### %s:\n\n%s\n\n"),
	"bold, blank":       each("**%s**\n\n%s\n\n"),
	"capitals, below":   each("%s\n%s\n\n"),
	"brackets":          each("[%s]: %s\n"),
	"brackets, bare":    each("[%s] %s\n"),
	"bracketed block":   each("[%[1]s]%[2]s[/%[1]s]\n"),
	"dash":              each("%s - %s\n"),
	"long dash":         each("%s — %s\n"),
	"equals":            each("%s = %s\n"),
	"arrow":             each("%s -> %s\n"),
	"escaped":           func(l, v []string) string { return strings.ReplaceAll(each("%s: %s\n")(l, v), "_", `\_`) },
	"lower case":        func(l, v []string) string { return each("%s: %s\n")(lowerAll(l), v) },
	"words": func(l, v []string) string {
		return strings.ReplaceAll(each("%s: %s\n")(l, v), "META_DESCRIPTION", "Meta Description")
	},
	"hyphen": func(l, v []string) string {
		return strings.ReplaceAll(each("%s: %s\n")(l, v), "META_DESCRIPTION", "Meta-Description")
	},
	"tags":             func(l, v []string) string { return each("<%[1]s>%[2]s</%[1]s>\n")(lowerAll(l), v) },
	"tags in capitals": each("<%[1]s>%[2]s</%[1]s>\n"),
	"tags over lines":  func(l, v []string) string { return each("<%[1]s>\n%[2]s\n</%[1]s>\n")(lowerAll(l), v) },
	"bold in HTML":     each("<b>%s:</b> %s<br>\n"),
	"strong in HTML":   each("<p><strong>%s</strong>: %s</p>\n"),
	"emoji":            each("📝 %s: %s\n"),
	"arrowhead":        each("➤ **%s:** %s\n"),
	"remark":           each("%s (as asked): %s\n"),
	"numbers":          numbered("%d. %s: %s\n"),
	"numbers, bold":    numbered("%d. **%s:** %s\n"),
	"numbers, bracket": numbered("%d) %s: %s\n"),
	"numbers, heading": numbered("## %d. %s\n\n%s\n\n"),
	"table": func(l, v []string) string {
		return "| Field | Value |\n|---|---|\n" + each("| %s | %s |\n")(l, v)
	},
	"table, bold": func(l, v []string) string {
		return "| Field | Value |\n|:---|:---|\n" + each("| **%s** | %s |\n")(l, v)
	},
	"table, columns": func(l, v []string) string {
		return "| " + strings.Join(l, " | ") + " |\n|---|---|---|---|\n| " + strings.Join(v, " | ") + " |\n"
	},
	"YAML": func(l, v []string) string { return "---\n" + each("%s: %s\n")(lowerAll(l), v) + "---\n" },
	"YAML, fenced": func(l, v []string) string {
		return "```yaml\n" + each("%s: %s\n")(lowerAll(l), v) + "```\n"
	},
	"YAML, folded": func(l, v []string) string { return "---\n" + each("%s: >\n  %s\n")(lowerAll(l), v) + "---\n" },
	"TOML":         func(l, v []string) string { return "+++\n" + each("%s = \"%s\"\n")(lowerAll(l), v) + "+++\n" },
	"TOML, fenced": func(l, v []string) string {
		return "```toml\n" + each("%s = \"%s\"\n")(lowerAll(l), v) + "```\n"
	},
	"JSON": func(l, v []string) string {
		return "{\n" + strings.TrimSuffix(each("  \"%s\": \"%s\",\n")(l, v), ",\n") + "\n}\n"
	},
	"JSON, one line": func(l, v []string) string {
		return "{" + strings.TrimSuffix(each("\"%s\": \"%s\", ")(lowerAll(l), v), ", ") + "}\n"
	},
	"JSON, fenced": func(l, v []string) string {
		return "```json\n{\n" + strings.TrimSuffix(each("  \"%s\": \"%s\",\n")(l, v), ",\n") + "\n}\n```\n"
	},
	"JSON, no braces": each("\"%s\": \"%s\",\n"),
	"title as heading": func(l, v []string) string {
		return "# " + v[0] + "\n\n" + each("%s: %s\n")(l[1:], v[1:])
	},
	"setext":           each("%s\n====\n%s\n\n"),
	"setext, dashes":   each("%s\n-----\n\n%s\n\n"),
	"breaks":           func(l, v []string) string { return strings.TrimSuffix(each("%s: %s<br>")(l, v), "<br>") + "\n" },
	"break, below":     each("%s:<br>%s<br><br>\n"),
	"tags in one line": func(l, v []string) string { return each("<%[1]s>%[2]s</%[1]s>")(lowerAll(l), v) + "\n" },
	"definition":       each("<dt>%s</dt>\n<dd>%s</dd>\n"),
	"definition, bare": each("%s\n: %s\n\n"),
	"numbers, dotted":  numbered("1.%d %s: %s\n"),
	"numbers, emoji":   numbered("%d️⃣ %s: %s\n"),
	"step":             numbered("Step %d: %s: %s\n"),
	"emoji after":      each("%s 🏷️: %s\n"),
	"small colon":      each("%s﹕%s\n"),
	"double colon":     each("%s:: %s\n"),
	"assignment":       each("%s := %s\n"),
	"tight dash":       each("%s—%s\n"),
	"corner brackets":  each("「%s」%s\n"),
	"lens brackets":    each("【%s】：%s\n"),
	"task":             each("- [x] %s: %s\n"),
	"task, bold":       each("- [ ] **%s:** %s\n"),
	"escaped bold":     each("\\*\\*%s:\\*\\* %s\n"),
	"entity":           each("%s&#58; %s\n"),
	"single quotes":    each("'%s': '%s',\n"),
	"post, prefix":     each("POST_%s: %s\n"),
	"SEO, prefix":      each("SEO %s: %s\n"),
	"the, prefix":      each("The %s: %s\n"),
	"quotation, below": each("> %s:\n> %s\n>\n"),
	"quotation, blank": each("> **%s:** %s\n>\n"),
	"bullet below":     each("%s:\n- %s\n\n"),
	"quotation value":  each("**%s**\n> %s\n\n"),
	"fenced value":     each("%s:\n```\n%s\n```\n\n"),
	"full width": func(l, v []string) string {
		return each("%s：%s\n")([]string{"ＴＩＴＬＥ", "ＭＥＴＡ＿ＤＥＳＣＲＩＰＴＩＯＮ", "ＴＡＧＳ", "ＣＡＴＥＧＯＲＩＥＳ"}, v)
	},
	"mathematics": func(l, v []string) string {
		return each("%s: %s\n")([]string{"𝗧𝗜𝗧𝗟𝗘", "𝗠𝗘𝗧𝗔_𝗗𝗘𝗦𝗖𝗥𝗜𝗣𝗧𝗜𝗢𝗡", "𝗧𝗔𝗚𝗦", "𝗖𝗔𝗧𝗘𝗚𝗢𝗥𝗜𝗘𝗦"}, v)
	},
	"camel case": func(l, v []string) string {
		return each("%s: %s\n")([]string{"title", "metaDescription", "tags", "categories"}, v)
	},
	"misspelt": func(l, v []string) string {
		return each("%s: %s\n")([]string{"TITEL", "META_DECRIPTION", "TAGS", "CATAGORIES"}, v)
	},
	"foreign": func(l, v []string) string {
		return strings.Replace(each("%s: %s\n")(l, v), "TAGS", "SLUG: bees\nAuthor: Jane\nTAGS", 1)
	},
	"Python": func(l, v []string) string {
		return "{" + strings.TrimSuffix(each("'%s': '%s', ")(lowerAll(l), v), ", ") + "}\n"
	},
	"JSON, comma": func(l, v []string) string { return "{" + each("\"%s\": \"%s\", ")(l, v) + "}\n" },
	"title as setext": func(l, v []string) string {
		return v[0] + "\n====\n\n" + each("%s: %s\n")(l[1:], v[1:])
	},
	"title as heading 2": func(l, v []string) string {
		return "## " + v[0] + "\n\n" + each("%s: %s\n")(l[1:], v[1:])
	},
	"title as HTML": func(l, v []string) string {
		return "<h1>" + v[0] + "</h1>\n\n" + each("%s: %s\n")(l[1:], v[1:])
	},
	"tags as elements": func(l, v []string) string {
		return "<title>" + v[0] + "</title>\n<meta_description>" + v[1] + "</meta_description>\n<tags>\n  <tag>bees</tag>\n  <tag>gardens</tag>\n  <tag>beginners</tag>\n</tags>\n<categories><category>Tutorials</category><category>Home Automation</category></categories>\n"
	},
	"one line": func(l, v []string) string { return strings.TrimSpace(each("%s: %s ")(l, v)) + "\n" },
}

// common are the forms that stand in every place; the others stand in some.
var common = map[string]bool{
	"colon": true, "bold label": true, "bold, value below": true, "list": true, "heading, below": true, "heading, blank": true, "numbers, bold": true, "tags": true, "table": true, "table, columns": true, "YAML": true, "JSON": true, "JSON, fenced": true, "setext": true,
	"title as heading": true, "one line": true, "quotation, below": true, "foreign": true,
}

func each(format string) func(labels, values []string) string {
	return func(labels, values []string) string {
		var b strings.Builder
		for i, l := range labels {
			fmt.Fprintf(&b, format, l, values[i])
		}
		return b.String()
	}
}

func numbered(format string) func(labels, values []string) string {
	return func(labels, values []string) string {
		var b strings.Builder
		for i, l := range labels {
			fmt.Fprintf(&b, format, i+1, l, values[i])
		}
		return b.String()
	}
}

func lowerAll(all []string) []string {
	var low []string
	for _, s := range all {
		low = append(low, strings.ToLower(s))
	}
	return low
}

// decorations are set around the title.
var decorations = map[string]string{
	"none": "%s", "quotes": `"%s"`, "low and high": "„%s”", "low single": "‚%s‘", "single guillemets": "‹%s›", "white corners": "『%s』", "angle brackets": "〈%s〉", "shell brackets": "〔%s〕", "wide parentheses": "（%s）", "wide quotes": "＂%s＂", "wide brackets": "［%s］", "heavy quotes": "❝%s❞", "primes": "〝%s〞",
	"parentheses": "(%s)", "double angles": "<<%s>>", "double ticks": "``%s``", "struck": "~~%s~~", "marked": "==%s==", "two quotes": `""%s""`, "two single": "''%s''", "dollars": "$%s$", "LaTeX": `\textbf{%s}`, "link": "[%s](https://example.com)", "picture": "![%s](x.png)", "pipes": "| %s |", "pipe": "%s |",
	"quote before": `"%s`, "quote behind": `%s"`, "star before": "*%s", "star behind": "%s*", "bold behind": "%s **", "quotes, stop": `"%s".`, "quotes, semicolon": `"%s";`, "arrow before": "→ %s", "anchor": "%s {#id}", "element": "<title>%s</title>", "end tag": "%s</title>", "token": "%s<|im_end|>",
	"count, dash": "%s - 41 characters", "count, pipe": "%s | 41 characters", "count, bare slash": "%s (41/60)", "count, limit": "%s (max 60 characters)", "count, less": "%s (less than 60 characters)", "count, wide": "%s（41文字）", "count, braces": "%s {41 characters}", "count, slanted": "%s _(41 characters)_", "typographic": "“%s”", "German": "„%s“", "single": "'%s'", "guillemets": "«%s»",
	"bold": "**%s**", "italic": "*%s*", "bold and italic": "***%s***", "underscores": "__%s__", "code": "`%s`", "bold quotes": `**"%s"**`, "quoted bold": `"**%s**"`,
	"brackets": "[%s]", "braces": "{%s}", "angles": "<%s>", "quoted brackets": `["%s"]`,
	"HTML bold": "<b>%s</b>", "HTML heading": "<h1>%s</h1>", "line break": "%s<br>", "line break, closed": "%s<br/>", "backslash": `%s\`,
	"count": "%s (41 characters)", "count, short": "%s (41 chars)", "count, brackets": "%s [41 characters]", "count, slash": "%s (41/60 characters)", "count, label": "%s (Length: 41)", "count, italic": "%s *(41 characters)*",
	"heading": "# %s", "label again": "TITLE: %s", "blanks": "   %s   ", "comment": "%s <!-- the title -->", "no-break space": "%s\u00a0",
}

// literalTitles are titles that a repair may not touch: what looks like decoration is
// what they say.
var literalTitles = []string{
	`The 27" Monitor Buying Guide`, `Which TV Is Best: 55" or 65"`, `Monitors up to 27"`, `"Hamlet" and Other Plays`, `Why We Say "Bless You"`, "C++ vs C# in 2026", "Learn C++ Today", "A* Search Explained", "Price Watch: Under $50", "From $5 to $50",
	"Star Wars: A New Hope (1977)", "The Best Films of 2024 (So Far)", "Twitter Limits Explained - 280 characters", "How Long Is a Tweet? (280 characters)", "Meta: What It Means", "1984: Still Relevant", "9/11 and After", "2. Weltkrieg: Ein Überblick", "1. FC Köln: Die Geschichte", "Rock 'n' Roll Basics",
	"What Is <div> in HTML?", "Using [brackets] in Regex", `Escape \n in Python`, "Understanding __init__ in Python", "snake_case vs camelCase", "2 * 3 * 4 Explained", "AT&T vs. T-Mobile", "Tags: How to Use Them", "What is == in JavaScript?", "#1 Rule of Gardening", "-40 Degrees: Where Scales Meet", "(Almost) Everything About Bees", "Everything About Bees (Almost)",
	"The Year 2026 (Part 2)", "Chapter 3 (12)", "Bees: 41/60", "Cats & Dogs <3", "«Le Monde» and the Press", `He Said: "Go"`, "The | Pipe in Bash", "`ls` and `cd` for Beginners", `Is It "Fewer" or "Less"?`, "What $PATH Means in $SHELL",
}

// literalLists are lists whose items a repair may not touch.
var literalLists = [][]string{
	{"C++", "C#", "F#"}, {".NET", "node.js", "ASP.NET"}, {"e-commerce", "do-it-yourself", "AI/ML"}, {"R&D", "Q&A", "rock & roll"}, {"IoT (Internet of Things)", "AI (2026)", "x"}, {"Valentine's Day", "O'Reilly", "80s"}, {"24/7", "9-5", "1:1"},
	{"black and white", "arts & crafts", "salt – pepper"}, {"🐝 bees", "☕ coffee", "A+"}, {"1984", "3D printing", "4. Juli"}, {"$PATH", "@home", "50%"}, {"e-bikes", "y-axis", "en route"}, {"key: value", "a=b", "x-y"},
}

// beginnings are first paragraphs that are no header lines and no thinking.
var beginnings = []string{
	"Summary: We look at bees.", "**Summary:** We look at bees.", "Description: bees live here.", "Keywords: bees and gardens matter to many readers.", "Note: Bees sting.", "Author: Jane wrote this.", "Date: In 1920 it began.", "Headline: it is cold.", "TIPS: Use a veil.",
	"<details>\n<summary>More</summary>\nText of it.\n</details>", "> A quote to begin with.\n> Second line.", "- a list\n- of things", "| a | b |\n|---|---|\n| 1 | 2 |", "Think about it.", "[Think](https://example.org) about it.", "Thinking...", "<div>\nx\n</div>", "User: a word.", "Tag: a game.",
}

// listForms write the tags.
var listForms = map[string]string{
	"commas": "bees, gardens, beginners", "semicolons": "bees; gardens; beginners", "pipes": "bees | gardens | beginners", "wide commas": "bees，gardens、beginners", "bullets in a line": "bees • gardens • beginners",
	"JSON": `["bees", "gardens", "beginners"]`, "brackets": "[bees, gardens, beginners]", "Python": "['bees', 'gardens', 'beginners']", "quoted": `"bees", "gardens", "beginners"`, "quoted whole": `"bees, gardens, beginners"`,
	"hashtags": "#bees #gardens #beginners", "hashtags, commas": "#bees, #gardens, #beginners", "bold": "**bees**, **gardens**, **beginners**", "code": "`bees`, `gardens`, `beginners`", "and": "bees, gardens, and beginners", "stop": "bees, gardens, beginners.",
	"count": "bees, gardens, beginners (3 tags)", "braces": "{bees, gardens, beginners}", "HTML": "<i>bees</i>, <i>gardens</i>, <i>beginners</i><br>", "trailing comma": "bees, gardens, beginners,", "guillemets": "«bees», «gardens», «beginners»", "corners": "「bees」、「gardens」、「beginners」", "angles": "<bees>, <gardens>, <beginners>", "each in parentheses": "(bees), (gardens), (beginners)", "tuple": `("bees", "gardens", "beginners")`, "links": "[bees](#a), [gardens](#b), [beginners](#c)",
	"slashes": "bees / gardens / beginners", "dots in a line": "bees · gardens · beginners", "dashes in a line": "bees - gardens - beginners", "ampersands": "bees & gardens & beginners", "tabs": "bees\tgardens\tbeginners", "escaped lines": `bees\ngardens\nbeginners`, "numbers in a line": "1. bees 2. gardens 3. beginners", "numbers, commas": "1) bees, 2) gardens, 3) beginners",
	"breaks": "bees<br>gardens<br>beginners", "items in HTML": "<ul><li>bees</li><li>gardens</li><li>beginners</li></ul>", "quotes, no comma": `"bees" "gardens" "beginners"`, "hashtags, tight": "#bees#gardens#beginners", "or": "bees, gardens, or beginners", "label again": "TAGS: bees, gardens, beginners", "arrows": "\n→ bees\n→ gardens\n→ beginners", "ticks": "\n✅ bees\n✅ gardens\n✅ beginners", "letters": "\na) bees\nb) gardens\nc) beginners", "lines with semicolons": "\nbees;\ngardens;\nbeginners.",
	"lines": "\nbees\ngardens\nbeginners", "dashes": "\n- bees\n- gardens\n- beginners", "stars": "\n* bees\n* gardens\n* beginners", "indented": "\n  - bees\n  - gardens\n  - beginners", "numbers": "\n1. bees\n2. gardens\n3. beginners", "dots": "\n• bees\n• gardens\n• beginners",
	"blank, dashes": "\n\n- bees\n- gardens\n- beginners", "checkboxes": "\n- [x] bees\n- [x] gardens\n- [x] beginners", "lines with commas": "\nbees,\ngardens,\nbeginners",
}

// edges are what comes before and after a reply; each is a whole one with %s.
var edges = map[string]string{
	"none": "%s", "chatter": "Sure! Here is your blog post:\n\n%s", "chatter in the line": "Sure! %s", "fence": "```markdown\n%s\n```", "bare fence": "```\n%s\n```", "tildes": "~~~\n%s\n~~~", "four ticks": "````md\n%s\n````",
	"rule": "---\n\n%s", "think": "<think>\nThe user wants TITLE: first.\n</think>\n\n%s", "lone end of thinking": "I should plan.\n</think>\n\n%s", "empty thinking": "<think>\n\n</think>\n\n%s",
	"gemma": "<|channel>thought\n*   Plan the post.\n<channel|>%s", "gemma, lone": "<channel|>%s", "gemma, empty": "<|channel>thought\n<channel|>%s", "gemma, lost": "thought\n*   Keep the format.%s",
	"harmony": "<|channel|>analysis<|message|>Plan it.<|end|><|start|>assistant<|channel|>final<|message|>%s", "harmony, lost": "analysisPlan it.assistantfinal%s", "harmony, final": "<|channel|>final<|message|>%s<|return|>",
	"chatml": "<|im_start|>assistant\n%s<|im_end|>", "llama": "<|start_header_id|>assistant<|end_header_id|>\n\n%s<|eot_id|>", "llama, lost": "assistant\n\n%s", "gemma turn": "<start_of_turn>model\n%s<end_of_turn>", "mistral": "[INST] Write it. [/INST] %s</s>", "mistral, lone": "[/INST]%s", "bos": "<s>%s</s>", "eos": "%s<eos>", "deepseek": "<｜Assistant｜>%s<｜end▁of▁sentence｜>", "phi": "<|assistant|>\n%s<|end|>", "command": "<|START_RESPONSE|>%s<|END_RESPONSE|>",
	"response": "### Response:\n%s", "assistant": "Assistant:\n%s", "answer": "<answer>\n%s\n</answer>", "output": "<output>%s</output>", "final": "<final_answer>\n%s\n</final_answer>",
	"tool call": "<tool_call>\n{\"name\": \"save\"}\n</tool_call>\n%s", "tool calls": "[TOOL_CALLS][{\"name\": \"save\"}]\n%s", "function calls": "<function_calls>\n<invoke name=\"save\">\n</invoke>\n</function_calls>\n\n%s",
	"thinking aloud": "Okay, so I need to write. TITLE: first.\n\n%s", "tool section": "<|tool_calls_section_begin|><|tool_call_begin|>x<|tool_call_end|><|tool_calls_section_end|>%s", "done thinking": "Thinking...\nThe user wants bees.\n...done thinking.\n\n%s",
	"sorry": "I'm sorry for the delay, here is the post.\n\n%s", "refuses and writes": "I can't help with that. Just kidding, here it is:\n\n%s", "both parts": "Human: Write it\n\nAssistant: %s", "page": "<html><body>\n%s\n</body></html>",
	"next turn": "%s\n\n<|im_end|>\n<|im_start|>user\nNow ducks.\n<|im_start|>assistant\nDucks.", "next instruction": "%s\n\n### Instruction:\nNow ducks.\n\n### Response:\nDucks.", "next user": "%s\n\nUser: Thanks, now ducks.\n\nAssistant: Ducks.", "farewell": "%s\n\nLet me know if you want changes!", "Windows": "\ufeff%s\r\n",
}

// thinking is how models and servers mark it; each is a beginning and an end.
var thinking = [][2]string{
	{"<think>", "</think>"}, {"<Think>", "</Think>"}, {"<THINKING>", "</THINKING>"}, {`<think time="3">`, "</think>"}, {"< think >", "</ think >"}, {"&lt;think&gt;", "&lt;/think&gt;"}, {`\<think\>`, `\</think\>`}, {"**<think>**", "**</think>**"},
	{"[think]", "[/think]"}, {"[THINK]", "[/THINK]"}, {"<réflexion>", "</réflexion>"}, {"<思考>", "</思考>"}, {"【思考】", "【/思考】"}, {"◁think▷", "◁/think▷"}, {"<|channel>thought", "<channel|>"}, {"<|begin_of_thought|>", "<|end_of_thought|>"}, {"<|START_THINKING|>", "<|END_THINKING|>"}, {"<seed:think>", "</seed:think>"},
	{"<scratch_pad>", "</scratch_pad>"}, {"<cot>", "</cot>"}, {"<unused94>thought", "<unused95>"}, {"<|think|>", "<|/think|>"}, {"<|inner_prefix|>", "<|inner_suffix|>"}, {"<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"}, {"<|start|>assistant<|channel|>analysis<|message|>", "<|end|>\n<|start|>assistant<|channel|>final<|message|>"},
}

// turns begin another's part below the post.
var turns = []string{
	"<|im_end|>\n<|im_start|>user\n", "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n", "\n\nuser\n", "<|eot|><|header_start|>user<|header_end|>\n\n", "<|end|><|user|>\n", "<|end|><|start|>user<|message|>", "<turn|>\n<|turn>user\n", "<eos>", "</s>[INST] ", "\n\n[INST] ", "<|endoftext|>Human: ", "<｜end▁of▁sentence｜><｜User｜>", "<｜User｜>", "<|start_of_role|>user<|end_of_role|>",
	"<|START_OF_TURN_TOKEN|><|USER_TOKEN|>", "<|im_user|>user<|im_middle|>", "<|user|>\n", "<|observation|>\n", "[|endofturn|]\n[|user|]", "[e~[\n]~b]user\n", "<|im_start|>system\n", "<|file_sep|>", "<|start|>assistant<|channel|>analysis<|message|>", "<|channel>thought\n", "<|python_tag|>", "[TOOL_CALLS]", "\n<tool_call>\n", "\n<｜DSML｜function_calls>\n", "\n<think>\n", "\n</answer>\n", "\n\n### Instruction:\n", "\n\nHuman: ", "\n\n**User:** ",
}

// strays are tokens that may stand behind a post's last word.
var strays = []string{"<|im_end|>", "<|eot_id|>", "<|return|>", "<turn|>", "</s>", "<|end_of_text|>", "<|END_RESPONSE|>", "<|end_of_box|>", "<unused32>", "<pad><pad>", "<channel|>", "<|fim_middle|>", "<eop>", "<EOT>", "<|im_end", "<|assistant_end|>", "<SPECIAL_12>", "<[end▁of▁sentence]>", "<｜hy_place▁holder▁no▁2｜>"}

// markers end the body.
var markers = []string{"\n\n</EndOFText>", "\n</EndOFText>", " </EndOFText>", "</EndOFText>", "\n\n-EndOFText-", "\n\n</endoftext>", "\n\n**</EndOFText>**", "\n\n<EndOFText>", "\n\n[EndOfText]", "\n\n```\n</EndOFText>\n```"}

// remarks stand at the edges of the body.
var remarks = []string{
	"I hope this helps! Let me know if you would like me to change anything.", "Let me know if you'd like any adjustments to the post.", "Feel free to adjust the post to your needs!", "Feel free to ask if you need further changes.",
	"This blog post is SEO-optimized and about 1,200 words long, as requested.", "(Word count: 1,203)", "**Word count:** 1203 words", "*Word count: approximately 1,200 words*", "[Word Count: 1200]", "(1,203 words)", "Would you like me to write another one?", "I've followed the format that you asked for.",
	"Is there anything else I can help with?", "Please let me know if you need any changes.", "If you'd like me to expand a section, just say so.", "Note: This post follows the requested format.", "[End of post]", "---\n\nI hope this blog post meets your requirements.", "Ich hoffe, der Beitrag gefällt Ihnen!",
	"</answer>", "</output>", "<function_calls>\n<invoke name=\"save\"/>\n</function_calls>", "<tool_call>{\"name\": \"save\"}</tool_call>", "User: Thanks, now ducks.\nAssistant: Ducks like water.", "Human: And ducks?\n\nAssistant: Ducks like water.", "### Instruction:\nWrite about ducks.", "<|im_end|>\n<|im_start|>user\nDucks?", "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nDucks?",
}
