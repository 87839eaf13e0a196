package reply_test

import (
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
)

// Where a contract has no fields, thinking that is never closed is no post, and what
// follows thinking that is closed is one.
func TestThinkingIsNoPostWithoutFields(t *testing.T) {
	for begin, end := range map[string]string{
		"<think>":                            "</think>",
		"[THINK]":                            "[/THINK]",
		"<|channel|>analysis<|message|>":     "<|channel|>final<|message|>",
		"<reasoning>":                        "</reasoning>",
		`<details type="reasoning" done="">`: "</details>",
	} {
		c := &contract.Contract{}
		for _, s := range []string{begin, begin + "\n", "\n" + begin + "\nThe user wants a post.\n", "---\n" + begin + "\nFirst, a plan.\n\nThen a post.\n"} {
			v := reply.Read(c, s, reply.Ended)
			if v.Post != nil || len(v.Problems) == 0 {
				t.Errorf("%q is a post: %+v", s, v.Post)
			}
		}
		v := reply.Read(c, begin+"\nThe user wants a post.\n"+end+"\nThe sea is wide.\n", reply.Ended)
		if v.Post == nil || v.Post.Body != "The sea is wide." {
			t.Errorf("%s: got %+v, %v", begin, v.Post, v.Problems)
		}
	}
	v := reply.Read(&contract.Contract{}, "<think>\nThe user wants a post.\n", reply.Ended)
	if len(v.Problems) != 1 || v.Problems[0].Code != contract.ProblemThinkingOnly {
		t.Errorf("want %s, got %+v", contract.ProblemThinkingOnly, v.Problems)
	}
}
