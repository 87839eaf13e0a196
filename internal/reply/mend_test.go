package reply_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
)

func TestACauseIsWhatHasToBeMended(t *testing.T) {
	cut := strings.TrimSuffix(whole, "\n\n</EndOFText>")
	replace := func(old, new string) string { return strings.Replace(whole, old, new, 1) }
	for name, c := range map[string]struct {
		text string
		end  reply.End
		want contract.Cause
	}{
		"a post":                      {whole, reply.Ended, contract.CauseNone},
		"no marker":                   {cut, reply.Ended, contract.CauseCut},
		"tokens used up":              {cut[:len(cut)-9], reply.Length, contract.CauseCut},
		"cut in a listing":            {cut + "\n\n```sh\nls", reply.Length, contract.CauseCut},
		"cut before the body":         {header, reply.Length, contract.CauseCut},
		"cut, and a field is missing": {strings.Replace(cut, "TAGS", "T", 1), reply.Length, contract.CauseCut},
		"a field is missing":          {replace("TAGS: sailing, learning, wind\n", ""), reply.Ended, contract.CauseFields},
		"a field and a heading":       {strings.Replace(replace("## ", ""), "TITLE: Learning to sail in a week", "TITLE:", 1), reply.Ended, contract.CauseFields},
		"no heading":                  {replace("## ", ""), reply.Ended, contract.CauseBody},
		"a fence left open":           {replace("\n</EndOFText>", "```sh\nls\n</EndOFText>\n"), reply.Ended, contract.CauseMalformed},
		"no body":                     {header + "</EndOFText>", reply.Ended, contract.CauseMalformed},
		"a refusal":                   {"I'm sorry, but I can't help with sailing.", reply.Ended, contract.CauseMalformed},
		"a loop":                      {header + strings.Repeat("And then the wind comes back, as it always does. ", 40), reply.Length, contract.CauseMalformed},
		"thinking alone":              {"<think>\nLet me see what the user wants", reply.Length, contract.CauseThinking},
	} {
		t.Run(name, func(t *testing.T) {
			v := reply.Read(sailing(), c.text, c.end)
			if got := reply.Diagnose(v, c.end); got != c.want {
				t.Errorf("got %q, want %q: %v", got, c.want, v.Problems)
			}
			if (v.Post == nil) == (v.Draft == nil) && c.want != contract.CauseMalformed && c.want != contract.CauseThinking {
				t.Errorf("post %v and draft %v", v.Post, v.Draft)
			}
		})
	}
}

func TestADraftHoldsWhatNeedNotBeAskedForAgain(t *testing.T) {
	text := strings.Replace(strings.Replace(whole, "TITLE: Learning to sail in a week", "TITLE: POST_TITLE", 1), "TAGS: sailing, learning, wind\n", "", 1)
	d := reply.Read(sailing(), text, reply.Ended).Draft
	if d == nil || !reflect.DeepEqual(d.Missing, []string{"title", "tags"}) || len(d.Fields) != 2 || !d.Closed || !strings.HasPrefix(d.Body, "The first day") || strings.Contains(d.Body, "EndOF") {
		t.Fatalf("%+v", d)
	}
	only := sailing().Only(d.Missing)
	r := reply.NewReader(only)
	if s := r.Feed("TITLE: Learning to sail in a week\nTAGS: wind, "); s != reply.Continue {
		t.Fatalf("stopped after half of it: %v", r.Stopped())
	}
	if s := r.Feed("sailing\nand some more"); s != reply.Complete || r.Stopped() != reply.StoppedFields {
		t.Fatalf("%v, stopped by %q", s, r.Stopped())
	}
	v := r.Close(reply.Cut)
	if v.Post == nil || v.Post.Body != "" {
		t.Fatalf("%+v", v)
	}
	mended := reply.Read(sailing(), sailing().Compose(append(d.Fields, v.Post.Fields...), d.Body), reply.Ended)
	if mended.Post == nil || len(mended.Repairs) > 0 || mended.Post.Text("title") != "Learning to sail in a week" {
		t.Errorf("%+v", mended)
	}
}

func TestAComposedReplyIsReadWithoutARepair(t *testing.T) {
	first := reply.Read(sailing(), "Sure!\n\n"+strings.ReplaceAll(whole, "TAGS: sailing, learning, wind", "tags: [\"sailing\", \"wind\"]"), reply.Ended)
	v := reply.Read(sailing(), sailing().Compose(first.Post.Fields, first.Post.Body), reply.Ended)
	if len(v.Repairs) > 0 || !reflect.DeepEqual(v.Post, first.Post) {
		t.Errorf("%+v, first %+v", v, first.Post)
	}
}

func TestAContinuationIsJoinedWithoutASeam(t *testing.T) {
	for name, c := range map[string]struct{ before, after, want string }{
		"inside a word":         {"the wi", "nd comes back", "the wind comes back"},
		"between words":         {"the", " wind", "the wind"},
		"a sentence follows":    {"It was late.", "Then it rained.", "It was late. Then it rained."},
		"a heading follows":     {"It was late.", "## Rain\n", "It was late.\n\n## Rain\n"},
		"a list goes on":        {"- one", "- two", "- one\n- two"},
		"the marker follows":    {"It was late.", "</EndOFText>", "It was late.\n\n</EndOFText>"},
		"a line once more":      {"## Rain\n\nThe rain is go", "The rain is good for us.", "## Rain\n\nThe rain is good for us."},
		"two lines once more":   {"## Rain\n\nThe rain is go", "## Rain\n\nThe rain is good for us.", "## Rain\n\nThe rain is good for us."},
		"a sentence once more":  {"It was late. The rain is good", "\n\nThe rain is good for us.", "It was late. The rain is good for us."},
		"a word by chance":      {"I know that ", "that was", "I know that that was"},
		"an announcement":       {"It was late.\n", "Sure, here is the rest:\n\nThen it rained.", "It was late.\nThen it rained."},
		"dots":                  {"it was ", "...late", "it was late"},
		"nothing":               {"it was ", " \n", "it was "},
		"the reply once more":   {"TITLE: a\n\nIt was", "TITLE: b\n\nIt was late.", "TITLE: b\n\nIt was late."},
		"a listing goes on":     {"```sh\nls\n", "cat\n```\n", "```sh\nls\ncat\n```\n"},
		"the same line, honest": {"- [ ] a\n- [ ] b\n", "- [ ] c\n", "- [ ] a\n- [ ] b\n- [ ] c\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := reply.Join(c.before, c.after); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestThinkingPastItsBudgetIsHopeless(t *testing.T) {
	for _, inside := range []bool{false, true} {
		r := reply.NewReader(sailing())
		r.MaxThinking = 4000
		feed := r.FeedThinking
		if inside {
			feed = r.Feed
			feed("<think>\n")
		}
		n := 0
		for ; feed(prose(n)+"\n") == reply.Continue; n++ {
			if n > 1000 {
				t.Fatal("never too much")
			}
		}
		v := r.Close(reply.Cut)
		if r.Stopped() != reply.StoppedThinking || reply.Diagnose(v, reply.Cut) != contract.CauseThinking {
			t.Errorf("stopped by %q: %+v", r.Stopped(), v)
		}
	}
}

func TestALoopInTheThinkingIsHopeless(t *testing.T) {
	r := reply.NewReader(sailing())
	for n := 0; r.FeedThinking("Wait, is that really what the user meant? ") == reply.Continue; n++ {
		if n > 500 {
			t.Fatal("never noticed")
		}
	}
	if v := r.Close(reply.Cut); r.Stopped() != reply.StoppedLoop || reply.Diagnose(v, reply.Cut) != contract.CauseThinking {
		t.Errorf("stopped by %q: %+v", r.Stopped(), v)
	}
}

// prose returns a sentence that is no other's near twin.
func prose(n int) string {
	words := strings.Fields("the wind of morning carries boats over a quiet bay while gulls circle above old stones and children count waves until evening light turns every sail to copper")
	var b strings.Builder
	for i, x := 0, uint32(n)*2654435761+1; i < 9; i++ {
		x = x*1664525 + 1013904223
		b.WriteString(words[int(x>>16)%len(words)] + " ")
	}
	return strings.TrimSpace(b.String()) + "."
}
