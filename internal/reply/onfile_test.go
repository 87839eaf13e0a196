package reply_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
	"pgregory.net/rapid"
)

// written are a post's fields as a file has them, from line 2 on.
func written(p *contract.Post) (all []reply.Written) {
	for i, v := range p.Fields {
		w := reply.Written{Key: v.Key, Values: v.List, Line: 2 + i}
		if v.List == nil {
			w.Values = []string{v.Text}
		}
		all = append(all, w)
	}
	return all
}

// What a run wrote is well-formed when it is checked again, and nothing in it would
// be repaired.
func TestAWrittenPostIsWellFormedInItsFile(t *testing.T) {
	posts := 0
	rapid.Check(t, func(t *rapid.T) {
		c, s := drawReply(t)
		v := reply.Read(c, s, drawEnd(t))
		if v.Post == nil || c.FieldsOnly() {
			return
		}
		posts++
		again := reply.Judge(c, written(v.Post), v.Post.Body, 9)
		if again.Post == nil || len(again.Repairs) > 0 || again.Post.Body != v.Post.Body {
			t.Fatalf("%q\nas a reply: %+v\nin its file: %v %v %+v", s, v.Post, again.Problems, again.Repairs, again.Post)
		}
	})
	if posts == 0 {
		t.Error("no reply was a post")
	}
}

// An editor's mistakes are found with the lines of the file, and nothing that only a
// run would repair counts as repaired.
func TestAnEditedPostIsCheckedAsItIs(t *testing.T) {
	c := sailing()
	v := reply.Read(c, header+text+"\n</EndOFText>\n", reply.Ended)
	if v.Post == nil {
		t.Fatal(v.Problems)
	}
	body := strings.Split(v.Post.Body, "\n")
	for name, edit := range map[string]func(fields []reply.Written, body []string) ([]reply.Written, []string, contract.ProblemCode, int){
		"a value near one of the list": func(f []reply.Written, b []string) ([]reply.Written, []string, contract.ProblemCode, int) {
			f[3].Values = []string{"tutorial"}
			return f, b, contract.ProblemFieldUnknownValue, 5
		},
		"a field is gone": func(f []reply.Written, b []string) ([]reply.Written, []string, contract.ProblemCode, int) {
			return f[1:], b, contract.ProblemFieldMissing, 0
		},
		"a field is empty": func(f []reply.Written, b []string) ([]reply.Written, []string, contract.ProblemCode, int) {
			f[0].Values = nil
			return f, b, contract.ProblemFieldEmpty, 2
		},
		"an end marker": func(f []reply.Written, b []string) ([]reply.Written, []string, contract.ProblemCode, int) {
			return f, append(b, "", "-EndOFText-"), contract.ProblemForbiddenPhrase, 9 + len(b) + 1
		},
		"a header line at the top": func(f []reply.Written, b []string) ([]reply.Written, []string, contract.ProblemCode, int) {
			return f, slices.Insert(b, 2, "TAGS: sea, wind", ""), contract.ProblemFieldRepeated, 11
		},
		"an open fence": func(f []reply.Written, b []string) ([]reply.Written, []string, contract.ProblemCode, int) {
			return f, append(b, "", "```", "ls"), contract.ProblemUnclosedFence, 9 + len(b) + 1
		},
	} {
		fields, edited, code, line := edit(written(v.Post), slices.Clone(body))
		got := reply.Judge(c, fields, strings.Join(edited, "\n"), 9)
		if got.Post != nil || !slices.ContainsFunc(got.Problems, func(p contract.Problem) bool { return p.Code == code && p.Line == line }) {
			t.Errorf("%s: want %s at line %d, got %+v", name, code, line, got.Problems)
		}
	}
}
