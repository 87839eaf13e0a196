package reply_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
	"pgregory.net/rapid"
)

// pieces are what replies are made of, good and bad.
var pieces = []string{
	header, text, whole, "</EndOFText>", "-EndOFText-", "**EndOFText**", "</endoftext> ", "EndOfText\n",
	"TITLE: Learning to sail in a week\n", "**TITLE:** \"A second title here\"\n", "## Title: Sailing and the wind\n", "title ： wide and low\n", "TITLE: POST_TITLE\n", "TITLE:\n", "Title\n",
	"META_DESCRIPTION: What a beginner can learn on the water.\n", "META_DESCRIPTION: \n", "Meta-Description: too\n",
	"TAGS: sailing, learning, wind\n", "POST_TAGS: #sail #wind\n", "TAGS:\n- a\n- b\n", "tags: [\"a, b\", \"c\"]\n", "TAGS: a; b; b\n", "Tags: x, y, and z.\n",
	"CATEGORIES: Tutorials, Sailing\n", "CATEGORIES: internet of things; how to guide\n", "CATEGORIES:\n\n* Tutorials\n\n", "MARKDOWN_POST_CONTENT: ", "MARKDOWN_POST_CONTENT:\n",
	"# Learning to sail in a week\n", "Learning to sail in a week\n======\n", "## A heading\n", "A heading\n---\n", "---\n", "***\n",
	"```\n", "```markdown\n", "```sh\nls\n", "~~~\n", "  ````\n", "> ```\n", "- ```\n", "`", "`</EndOFText>`",
	"<think>\n", "<think>", "</think>", "</think>\n", "assistantfinal", "<|channel|>analysis<|message|>", "<|im_end|>", "<|im_start|>assistant\n", "</s>",
	"Sure! Here is your post:\n\n", "I'm sorry, but I can't help with that.\n", "Okay, the user wants a post. ", "end it with </EndOFText> and stop",
	"[see](https://invented.example/a) ", "![a](https://i.example/b.png)", "https://invented.example ", "[n]: https://invented.example\n", "<a href=\"https://x.example\">", "</a>", "```json\n{\n", "```python\nx = (\n```\n",
	"\n", "\n\n", "\r\n", "\r", " ", "  \n", "\t", "word ", "é", "風が戻る。", "\ufeff", "\u200b", "\x1b[2J", "\xff", "\ufffd\ufffd", "🙂",
	"And then the wind comes back, as it always does. ", "And then the wind comes back, as it always does. And then the wind comes back, as it always does. And then the wind comes back, as it always does. ",
	strings.Repeat("Step 1: check the logs. ", 5), strings.Repeat("prose goes on and ", 40), "Write the whole post in plain words, please.\n", "Never use more words than are needed here.\n", "Use a heading for each of the parts of it.\n",
}

func contracts() []*contract.Contract {
	full := sailing()
	full.Echo = []string{"Write the whole post in plain words, please.", "Never use more words than are needed here.", "Use a heading for each of the parts of it.", "TITLE: Learning to sail in a week"}
	loose := sailing()
	for i := range loose.Fields {
		loose.Fields[i].Optional, loose.Fields[i].Min = true, 0
	}
	loose.Fields[3].Unknown = contract.Drop
	loose.Body = contract.Body{Label: "BODY"}
	strict := sailing()
	strict.Fields[3].Unknown = contract.Reject
	strict.End = []string{"=== END ===", "</EndOFText>"}
	checked := sailing()
	checked.Body.URLs, checked.Body.Code, checked.Given = contract.FromTopic, contract.Parses, &contract.Given{}
	return []*contract.Contract{checked, sailing(), full, loose, strict, sailing().Only([]string{"title", "tags"}), {}, {End: []string{"-EndOFText-"}}}
}

func drawReply(t *rapid.T) (*contract.Contract, string) {
	c := rapid.SampledFrom(contracts()).Draw(t, "contract")
	return c, strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 14).Draw(t, "pieces"), "")
}

func drawEnd(t *rapid.T) reply.End {
	return rapid.SampledFrom([]reply.End{reply.Ended, reply.Length, reply.Cut}).Draw(t, "end")
}

// What is found must not depend on how the text was cut, in the middle of a
// character or not: neither the verdict nor where and why the reader stopped.
func TestTheVerdictDoesNotDependOnTheChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, s := drawReply(t)
		end := drawEnd(t)
		whole := reply.NewReader(c)
		whole.Feed(s)
		want := whole.Close(end)
		r := reply.NewReader(c)
		most := rapid.SampledFrom([]int{1, 2, 5, 40, 400}).Draw(t, "most")
		for rest := s; rest != ""; {
			n := rapid.IntRange(1, min(most, len(rest))).Draw(t, "n")
			r.Feed(rest[:n])
			rest = rest[n:]
		}
		got := r.Close(end)
		if !reflect.DeepEqual(got, want) || r.Stopped() != whole.Stopped() || r.Until() != whole.Until() {
			t.Fatalf("%q\nwhole:  %+v, %q at %d\nchunks: %+v, %q at %d", s, want, whole.Stopped(), whole.Until(), got, r.Stopped(), r.Until())
		}
	})
}

// What comes after the place where a reader stopped changes no post.
func TestWhatFollowsTheEndChangesNothingButARepair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, s := drawReply(t)
		r := reply.NewReader(c)
		if r.Feed(s) == reply.Continue {
			return
		}
		want := r.Close(reply.Ended)
		longer := reply.NewReader(c)
		longer.Feed(s)
		longer.Feed("\n\nAnd more of it. ## TITLE: x\n")
		if got := longer.Close(reply.Cut); !reflect.DeepEqual(got.Post, want.Post) || !reflect.DeepEqual(got.Problems, want.Problems) {
			t.Fatalf("%q: %+v, with more %+v", s, want, got)
		}
	})
}

// Repairing a repaired reply changes nothing.
func TestAPostWrittenAsAReplyIsTheSamePost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, s := drawReply(t)
		first := reply.Read(c, s, reply.Ended)
		if first.Post == nil {
			return
		}
		again := c.Compose(first.Post.Fields, first.Post.Body)
		v := reply.Read(c, again, reply.Ended)
		if len(v.Problems) > 0 && v.Problems[0].Code == contract.ProblemLoop {
			return // one that was a word short of being noticed is noticed now
		}
		if !reflect.DeepEqual(v.Post, first.Post) || len(v.Repairs) > 0 {
			t.Fatalf("%q\nfirst: %+v\nwritten %q\nagain: %+v %v %v", s, first.Post, again, v.Post, v.Repairs, v.Problems)
		}
	})
}
