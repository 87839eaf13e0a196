package reply_test

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/reply"
)

// Forms that users of local models report, beyond those that TestThinkingIs...
// combines with every draft.
func TestThinkingIsPassedOverInTheFormsThatUsersReport(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	post := each("%s: %s\n")(gridLabels, gridValues()) + "\n" + gridBody() + "\n\n</EndOFText>"
	draft := "TITLE: A draft of a title here\nTAGS: a, b, c\n\nA draft.\n"
	for name, raw := range map[string]string{
		"folded, its beginning lost":           "I plan it.\n</details>\n\n" + post,
		"folded, its beginning lost, a draft":  "I plan it.\n\n" + draft + "</details>\n\n" + post,
		"folded, its summary left":             "<summary>Thought for 3 seconds</summary>\n> I plan.\n</details>\n\n" + post,
		"folded":                               "<details type=\"reasoning\" done=\"true\" duration=\"3\">\n<summary>Thought for 3 seconds</summary>\n> I plan it.\n</details>\n" + post,
		"parentheses":                          "(thinking)\nI plan the post.\n(/thinking)\n\n" + post,
		"parentheses, no end":                  "(thinking)\nI plan the post.\n\n" + post,
		"parentheses, a draft":                 "(thinking)\n" + draft + "(/thinking)\n\n" + post,
		"parentheses, an end in words":         "(Thinking)\n" + draft + "(end of thinking)\n\n" + post,
		"backticks":                            "`<think>`\nI plan.\n`</think>`\n\n" + post,
		"backticks, a draft":                   "`<think>`\n" + draft + "`</think>`\n\n" + post,
		"its beginning lost":                   "The user asks. The answer is straightforward.</think>" + post,
		"MiniMax, its beginning lost":          "Hm.\n</mm:think>\n" + post,
		"harmony, its tokens lost":             "analysisWe need to answer. We should output only that.assistantfinal" + post,
		"harmony, a commentary":                "analysisWe need it.assistantcommentaryOk.assistantfinal" + post,
		"harmony, the second message's tokens": "<|channel|>analysis<|message|>We need it.<|end|>" + post,
		"harmony, whole":                       "<|channel|>analysis<|message|>We need it.<|end|><|start|>assistant<|channel|>final<|message|>" + post,
		"harmony over lines":                   "<|channel|>analysis<|message|>We need it.\nSun first.<|end|>\n" + post,
		"a process":                            "Thinking Process:\n\n1.  **Analyze the Request:** a post.\n2.  **Draft:** sun.\n\n</think>\n\n" + post,
		"a switch":                             "/no_think\n" + post,
		"reserved tokens":                      "<unused49>\n<unused49>\n<unused49>\n" + post,
		"tokens of code models":                strings.Repeat("<fim_prefix>", 5) + post,
		"tags made up":                         "<antThinking>I plan.</antThinking>\n" + post,
		"braces":                               "{thinking}\nI plan.\n{/thinking}\n" + post,
		"rules":                                "--- thinking ---\nI plan.\n--- end thinking ---\n" + post,
		"an answer":                            "Thought: I now know.\nFinal Answer: " + post,
	} {
		if wrong := isGridPost(c, raw, true); wrong != "" {
			t.Errorf("%s: %s", name, wrong)
		}
		if wrong := dependsOnChunks(c, raw); wrong != "" {
			t.Errorf("%s: %s", name, wrong)
		}
	}
}

// What looks like the end of thinking in a post is the post's.
func TestWhatAPostFoldsIsNoThinking(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	head := each("%s: %s\n")(gridLabels, gridValues()) + "\n"
	for _, part := range []string{
		"<details>\n<summary>More</summary>\n\nThe bees know.\n\n</details>",
		"Write the tag alone in its line:\n\n`<think>`\n\nand close it later.",
		"(Thinking about bees is a pastime.)",
		"(thinking)",
	} {
		body := strings.Replace(gridBody(), "\n\n## The neighbours", "\n\n"+part+"\n\n## The neighbours", 1)
		v := reply.Read(c, head+body+"\n\n</EndOFText>", reply.Ended)
		if v.Post == nil || v.Post.Body != body {
			t.Errorf("%q: %v %+v", part, v.Problems, v.Post)
		}
	}
}
