package prompts_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/prompts"
	"pgregory.net/rapid"
)

const haiku = `+++
description = "a haiku"
required = ["season"]
optional = ["place"]
[vars]
language = "English"
[contract]
end = ["</END>"]
[[contract.fields]]
key = "title"
label = "TITLE"
+++
{{define "system"}}You write in {{.language}}.{{end -}}
Write a haiku.
SEASON: {{.season}}
{{with .place}}PLACE: {{.}}{{end}}
TOPIC: {{.topic}}
`

func parse(t *testing.T, text string) (*prompts.Prompt, error) {
	t.Helper()
	return prompts.Parse("haiku", "prompts/haiku.md", []byte(text))
}

func mustParse(t *testing.T, text string) *prompts.Prompt {
	t.Helper()
	p, err := parse(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPromptRendersItsColumnsAndSettings(t *testing.T) {
	m, err := mustParse(t, haiku).Render(map[string]string{"topic": "frogs", "season": "spring"})
	if err != nil {
		t.Fatal(err)
	}
	if m.System != "You write in English." {
		t.Errorf("system: %q", m.System)
	}
	if want := "Write a haiku.\nSEASON: spring\n\nTOPIC: frogs"; m.User != want {
		t.Errorf("user: %q, want %q", m.User, want)
	}
	m, err = mustParse(t, haiku).Render(map[string]string{"topic": "frogs", "season": "spring", "language": "Welsh"})
	if err != nil || m.System != "You write in Welsh." {
		t.Errorf("a column of a setting's name wins: %q, %v", m.System, err)
	}
}

func TestATopicIsDataWhateverItLooksLike(t *testing.T) {
	p := mustParse(t, haiku)
	rapid.Check(t, func(t *rapid.T) {
		topic := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune(`{}.$|"\<%`)))).Draw(t, "topic") + "{{.season}}{{template \"system\"}}"
		m, err := p.Render(map[string]string{"topic": topic, "season": "{{.topic}}"})
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.TrimSpace("Write a haiku.\nSEASON: {{.topic}}\n\nTOPIC: " + topic); m.User != want {
			t.Fatalf("got %q, want %q", m.User, want)
		}
	})
}

func TestTwoTopicsOfAPromptShareTheirBeginning(t *testing.T) {
	for _, name := range []string{"blog-post", "product-description"} {
		p, err := prompts.Open("none").Get(name)
		if err != nil {
			t.Fatal(err)
		}
		row := func(n int) map[string]string {
			s := fmt.Sprint("number ", n)
			return map[string]string{"topic": s, "product": s}
		}
		a, errA := p.Render(row(1))
		b, errB := p.Render(row(2))
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		same := 0
		for same < len(a.User) && a.User[same] == b.User[same] {
			same++
		}
		if a.System != b.System || len(a.User)-same > 80 {
			t.Errorf("%s: only %d of %d bytes are shared", name, same, len(a.User))
		}
	}
}

func TestAFaultyPromptSaysWhere(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(haiku, old, new, 1) }
	for name, c := range map[string]struct {
		text string
		line int
		says string
	}{
		"no front matter":              {"Write.\n", 1, "no front matter"},
		"front matter without an end":  {"+++\ndescription = \"x\"\n", 1, "no closing line"},
		"a TOML error":                 {replace(`"a haiku"`, `"a haiku`), 2, ""},
		"an unknown key":               {replace("required", "requird"), 3, `unknown key "requird"`},
		"an unknown key of a contract": {replace("label =", "lable ="), 11, "lable"},
		"an action that does not end":  {replace("{{.season}}", "{{.season"), 16, "unexpected"},
		"an unknown function":          {replace("{{.season}}", "{{shout .season}}"), 15, "shout"},
		"another template":             {replace("{{.season}}", `{{template "system"}}`), 0, "not allowed in prompts"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(t, c.text)
			var fault *prompts.Error
			if !errors.As(err, &fault) {
				t.Fatalf("no fault: %v", err)
			}
			if c.line > 0 && fault.Line != c.line || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "haiku.md") {
				t.Errorf("line %d: %v", fault.Line, err)
			}
		})
	}
}

func TestAMissingColumnIsFoundBeforeAnythingIsRendered(t *testing.T) {
	p := mustParse(t, haiku)
	if err := p.Check([]string{"topic", "season"}); err != nil {
		t.Errorf("all are there: %v", err)
	}
	err := p.Check([]string{"topic", "saeson"})
	var fault *prompts.Error
	if !errors.As(err, &fault) || !strings.Contains(err.Error(), `"season"`) || fault.Hint() != "did you mean {{.saeson}}?" {
		t.Errorf("%v", err)
	}
	if n := strings.Count(err.Error(), `"season"`); n != 1 {
		t.Errorf("named %d times: %v", n, err)
	}
	err = p.Check([]string{"topic", "keyword_1"})
	if !errors.As(err, &fault) || !strings.Contains(fault.Hint(), "--column season=NAME") {
		t.Errorf("%v (%v)", err, fault.Hint())
	}
	if _, err := p.Render(map[string]string{"topic": "x"}); err == nil {
		t.Error("a missing variable was rendered")
	}
}

func TestAFileOfTheUserWinsOverABuiltInPrompt(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "blog-post.md"), []byte(haiku), 0o666); err != nil {
		t.Fatal(err)
	}
	set := prompts.Open(dir)
	p, err := set.Get("blog-post")
	if err != nil || p.Description != "a haiku" || p.Source != filepath.Join(dir, "blog-post.md") {
		t.Errorf("%+v, %v", p, err)
	}
	for _, name := range []string{"../blog-post", "no-such", "", ".hidden", `a\b`, "a:b"} {
		if _, err := set.Get(name); err == nil {
			t.Errorf("there is a prompt %q", name)
		}
	}
	all, err := set.Names()
	if err != nil || len(all) < 2 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestAskingAgainKeepsTheFirstWordsAndNamesTheProblems(t *testing.T) {
	p := mustParse(t, haiku)
	first := llm.Messages{System: "s", User: "the first request"}
	again, err := p.Again(first, []contract.Problem{{Code: contract.ProblemBodyShort, Message: "too short;\nwrite more"}})
	if err != nil {
		t.Fatal(err)
	}
	if again.System != "s" || !strings.HasPrefix(again.User, first.User+"\n\n") || !strings.Contains(again.User, "too short; write more") {
		t.Errorf("%+v", again)
	}
	own := mustParse(t, haiku+`{{define "again"}}Mend this:{{range .problems}} {{.}}{{end}}{{end}}`)
	again, err = own.Again(first, []contract.Problem{{Message: "a"}, {Message: "b {{.season}}"}})
	if err != nil || again.User != "the first request\n\nMend this: a b {{.season}}" {
		t.Errorf("%q, %v", again.User, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(haiku)
	f.Add("+++\n+++\n{{range $}}{{end}}")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := prompts.Parse("x", "x.md", []byte(text))
		if err != nil {
			return
		}
		row := map[string]string{"topic": "t"}
		for _, c := range p.Columns() {
			row[c] = "v"
		}
		// It may fail, and must come to an end.
		_, _ = p.Render(row)
	})
}

func TestABlankCellGivesWayToThePromptsValue(t *testing.T) {
	p, err := parse(t, haiku)
	if err != nil {
		t.Fatal(err)
	}
	for cell, want := range map[string]string{"": "You write in English.", "German": "You write in German."} {
		m, err := p.Render(map[string]string{"topic": "Cats", "season": "spring", "language": cell})
		if err != nil || m.System != want {
			t.Errorf("%q: %q, %v", cell, m.System, err)
		}
	}
}
