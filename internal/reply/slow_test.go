package reply_test

import (
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/reply"
)

// A reply that says the worst there is again and again is read nearly as fast
// as prose. The limit is wide: what it must find out is what grows with the
// square of the length.
func TestNoReplyIsReadSlowly(t *testing.T) {
	read := func(raw string) time.Duration {
		began := time.Now()
		r := reply.NewReader(sailing())
		r.Feed(raw)
		r.Close(reply.Ended)
		return time.Since(began)
	}
	limit := 100*read(long()[:1<<18]) + time.Second
	for _, s := range []string{
		"[", "]", "(", "<", "**", "* ", "_", "`", "\\", "&", "&amp;", "</", "<b>", "\"", "#", "| ", "|", "{", "{\n", "[x](", "![](", "(1", "[your ", "<|", "<|im_end", "- [ ] ", "1. ", "TITLE", "TITLE:", "TITLE: x ", "\nTITLE: x", "\nTAGS: a",
		"\n## a", "\n## a\n", "\n**a**\n", "\n# a\n", "\n\nUser: a", "\n\nUser: a\nAssistant: b", "\n<tool_call>", "\n```", "\n> a", "a ", "a. ", "\n\nI hope this helps", "</think>", "<think>", "{\"a\":", "\n{\"a\": 1,", "</answer>", "\n</answer>", "&#39;", "\u200b", "\t", "x=", "\nx = ",
	} {
		for _, head := range []string{"", "TITLE: ", header, header + text + "\n"} {
			for _, cut := range []string{"", "\n\n</EndOFText>"} {
				raw := head + strings.Repeat(s, (1<<18)/len(s)) + cut
				if took := read(raw); took > limit {
					t.Errorf("%q behind %d bytes takes %s", s, len(head), took)
				}
			}
		}
	}
}
