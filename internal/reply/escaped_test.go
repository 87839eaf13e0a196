package reply_test

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/reply"
)

// A program between the model and nightpress may leave a reply as it stands in JSON,
// with a backslash and an "n" for each line end.
func TestEscapedLineEndsAreRead(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	post := strings.ReplaceAll(each("%s: %s\n")(gridLabels, gridValues())+"\n"+gridBody()+"\n\n</EndOFText>", "\n", `\n`)
	for name, raw := range map[string]string{
		"alone": post, "a line end after it": post + "\n", "an escaped one after it": post + `\n`,
	} {
		if wrong := isGridPost(c, raw, true); wrong != "" {
			t.Errorf("%s: %.300s", name, wrong)
		}
		if wrong := dependsOnChunks(c, raw); wrong != "" {
			t.Errorf("%s: %.300s", name, wrong)
		}
	}
	quoted := strings.Replace(post, gridTitle, `What \"Hive\" Means to a Small Garden`, 1)
	if v := reply.Read(c, quoted, reply.Ended); v.Post == nil || v.Post.Text("title") != `What "Hive" Means to a Small Garden` {
		t.Errorf("quotes stay escaped: %+v %v", v.Post, v.Problems)
	}
}

// In code nobody can tell an escaped line end from that of a program. A reply with real
// line ends keeps what it says of others.
func TestEscapedLineEndsThatMayBeTextStay(t *testing.T) {
	c := blogPost(t)
	c.Language = ""
	head := each("%s: %s\n")(gridLabels, gridValues()) + "\n"
	code := "\n\n```go\nfmt.Print(\"a\\nb\")\n```\n\n" + prose(7)
	if v := reply.Read(c, strings.ReplaceAll(head+gridBody()+code+"\n\n</EndOFText>", "\n", `\n`), reply.Ended); v.Post != nil {
		t.Errorf("code was split: %q", v.Post.Body)
	}
	for name, raw := range map[string]string{
		"real line ends":          head + gridBody() + `%s` + "\n\n</EndOFText>",
		"a real body":             strings.ReplaceAll(head, "\n", `\n`) + "\n" + gridBody() + `%s` + "\n\n</EndOFText>",
		"a title that names them": strings.Replace(head, gridTitle, `What \nTAGS: \nDoes in a Template`, 1) + gridBody() + `%s` + "\n\n</EndOFText>",
	} {
		said := "\n\n" + `In C, \n is a line end, and so it is in "a\nb".` + code
		v := reply.Read(c, strings.Replace(raw, "%s", said, 1), reply.Ended)
		if v.Post == nil || v.Post.Body != gridBody()+said {
			t.Errorf("%s: %v %v", name, v.Problems, v.Repairs)
		}
	}
}
