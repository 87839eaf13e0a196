package prompts_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/prompts"
)

func TestNoBuiltInPromptHasGaps(t *testing.T) {
	set := prompts.Open(t.TempDir())
	infos, err := set.Names()
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range infos {
		p, err := set.Get(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		if gaps := p.Gaps(); len(gaps) > 0 {
			t.Errorf("%s: %q", info.Name, gaps)
		}
	}
}

func TestGapsAreWhatTheTemplateNeverMentions(t *testing.T) {
	const front = `[contract]
end = ["</END>"]
[[contract.fields]]
key = "title"
label = "TITLE"
aliases = ["HEADLINE"]
[[contract.fields]]
key = "tone"
label = "TONE"
one_of = ["plain", "formal"]
[[contract.fields]]
key = "note"
label = "NOTE"
optional = true
`
	for _, test := range []struct {
		name, mode, body string
		want             []string
	}{
		{"all there", "", "TITLE: x\nTONE: plain\n{{.topic}}\n</END>", nil},
		{"an alias, another case, a condition", "", "{{if .topic}}Headline: x{{else}}tone: Formal{{end}} </end>", nil},
		{"a variable gives the values", "", "title, tone: {{.tone}}, {{.topic}} </END>", nil},
		{"in the system message", "", "{{define \"system\"}}TITLE TONE plain </END>{{end}}{{.topic}}", nil},
		{"in a word for a remedy only", "", "{{define \"again\"}}TITLE TONE plain </END>{{end}}{{.topic}}", []string{`label "TITLE"`, `label "TONE"`, "none of the 2 values", "end marker"}},
		{"nothing", "", "Write about {{.topic}}.", []string{`label "TITLE"`, `label "TONE"`, "none of the 2 values", "end marker"}},
		{"a schema gives the labels", "structured", "Write about {{.topic}}.", []string{"none of the 2 values", "end marker"}},
	} {
		mode := ""
		if test.mode != "" {
			mode = "mode = \"" + test.mode + "\"\n"
		}
		p, err := prompts.Parse("p", "p.md", []byte("+++\n"+mode+front+"+++\n"+test.body+"\n"))
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		gaps := p.Gaps()
		if !slices.EqualFunc(gaps, test.want, strings.Contains) {
			t.Errorf("%s: %q, want %q", test.name, gaps, test.want)
		}
	}
}

func TestARequiredWordThatTheTemplateNeverMentionsIsAGap(t *testing.T) {
	for _, test := range []struct {
		name, require, body string
		want                []string
	}{
		{"mentioned", `["salt water"]`, "Write about {{.topic}}, and mention Salt Water.", nil},
		{"not mentioned", `["salt water"]`, "Write about {{.topic}}.", []string{`requires "salt water"`}},
		{"a column that is used", `["{{.keyword}}"]`, "Write about {{.topic}} with {{.keyword}}.", nil},
		{"a pattern", `[{ pattern = "[0-9]+ g", ask = "Give amounts in grams." }]`, "Write about {{.topic}}.", nil},
		{"in a word for a remedy only", `["salt water"]`, "{{define \"again\"}}salt water{{end}}{{.topic}}", []string{`requires "salt water"`}},
	} {
		p, err := prompts.Parse("p", "p.md", []byte("+++\noptional = [\"keyword\"]\n[contract.body]\nrequire = "+test.require+"\n+++\n"+test.body+"\n"))
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if gaps := p.Gaps(); !slices.EqualFunc(gaps, test.want, strings.Contains) {
			t.Errorf("%s: %q, want %q", test.name, gaps, test.want)
		}
	}
}
