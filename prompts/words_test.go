package prompts_test

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/word"
	"github.com/nightpress/nightpress/prompts"
)

const poem = `+++
description = "a poem"
[contract]
end = ["</END>"]
[[contract.fields]]
key = "title"
label = "TITLE"
+++
A poem about {{.topic}}.
`

func parsePoem(t *testing.T, more string) *prompts.Prompt {
	t.Helper()
	p, err := prompts.Parse("poem", "poem.md", []byte(poem+more))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryRemedyHasWordsThatNameWhatItAsksFor(t *testing.T) {
	p := parsePoem(t, "")
	problems := []contract.Problem{{Message: "the line TITLE: is missing", Ask: "write it above the post"}}
	for remedy, wants := range map[string][]string{
		"again":    {"1. the line TITLE: is missing; write it above the post", "whole reply"},
		"continue": {"Go on exactly where it stops", "</END>"},
		"fields":   {"- the line TITLE: is missing", "TITLE: ..."},
		"extend":   {"the line TITLE: is missing", "further sections", "</END>"},
		"body":     {"the post itself", "</END>"},
		"schema":   {"one JSON object: TITLE", "the line TITLE: is missing"},
	} {
		said, err := p.Words(word.Of[contract.Remedy](remedy), problems, []string{"TITLE"})
		if err != nil {
			t.Errorf("%s: %v", remedy, err)
		}
		for _, want := range wants {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is not in %q", remedy, want, said)
			}
		}
	}
	if said, err := p.Words(contract.RemedyResend, nil, nil); err == nil {
		t.Errorf("words for an unknown remedy: %q", said)
	}
}

func TestAPromptsOwnWordsWinAndAreTriedWhenItIsRead(t *testing.T) {
	p := parsePoem(t, `{{define "continue"}}Weiter, bis {{.marker}}.{{end}}`)
	if said, err := p.Words(contract.RemedyContinue, nil, nil); err != nil || said != "Weiter, bis </END>." {
		t.Errorf("%q, %v", said, err)
	}
	_, err := prompts.Parse("poem", "poem.md", []byte(poem+`{{define "extend"}}Mehr von {{.nothing}}.{{end}}`))
	if err == nil || !strings.Contains(err.Error(), "line 10") {
		t.Errorf("words that cannot be said: %v", err)
	}
}
