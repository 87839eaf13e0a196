package prompts_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
)

const ruled = `+++
description = "d"
required = ["keyword"]
optional = ["rival", "tone"]

[vars]
language = "English"

[contract.body]
require = ["{{.keyword}}", { pattern = "(?i)\\b{{.keyword}}s?\\b", ask = "name {{.keyword}}" }]
forbid = ["as an ai", "{{.rival}}", { pattern = "(?i)click here", ask = "link from words that say where to" }]

[[contract.fields]]
key = "tones"
label = "TONES"
kind = "list"
one_of = ["plain", "formal"]
+++
Write about {{.topic}} in {{.language}} with {{.keyword}}{{with .rival}}, and say nothing about {{.}}{{end}}. {{.rival}}
Tones: {{range allowed "tones"}}{{.}}; {{end}}
`

func TestAContractHasTheTopicsOwnColumns(t *testing.T) {
	p := mustParse(t, ruled)
	row := map[string]string{"topic": "hives", "keyword": "C++", "rival": "Acme  Hives", "tone": "warm", "language": "German"}
	c := p.For(row).Contract
	want := []contract.Rule{{Text: "C++"}, {Pattern: `(?i)\bC\+\+s?\b`, Ask: "name C++"}}
	if len(c.Body.Require) != 2 || c.Body.Require[0] != want[0] || c.Body.Require[1] != want[1] {
		t.Errorf("%+v", c.Body.Require)
	}
	if c.Language != "German" || strings.Join(c.Fields[0].OneOf, " ") != "plain formal warm" {
		t.Errorf("%q %q", c.Language, c.Fields[0].OneOf)
	}
	if len(c.Body.Forbid) != 3 || c.Body.Forbid[1].Text != "Acme  Hives" {
		t.Errorf("%+v", c.Body.Forbid)
	}
	// The prompt itself is as it was.
	if p.Contract.Body.Require[0].Text != "{{.keyword}}" || len(p.Contract.Fields[0].OneOf) != 2 {
		t.Errorf("%+v", p.Contract)
	}
	// What is blank asks for nothing.
	c = p.For(map[string]string{"topic": "hives", "keyword": " "}).Contract
	if len(c.Body.Require) != 0 || len(c.Body.Forbid) != 2 || c.Language != "English" {
		t.Errorf("%+v", c)
	}
}

func TestRulesAreHeldAgainstTheBody(t *testing.T) {
	p := mustParse(t, ruled)
	c := p.For(map[string]string{"topic": "hives", "keyword": "bee", "rival": "Acme Hives"}).Contract
	for body, want := range map[string]string{
		"Two bees and a BEE.":                "",
		"No insect is here.":                 "required-missing required-missing",
		"A bee at acme\nhives.":              "forbidden-phrase",
		"A bee. [Click here](https://x.org)": "forbidden-phrase",
	} {
		v := reply.Read(c, "TONES: plain\n\n"+body, reply.Ended)
		got := ""
		for _, pr := range v.Problems {
			got += " " + pr.Code.String()
		}
		if strings.TrimSpace(got) != want {
			t.Errorf("%q: %v", body, v.Problems)
		}
	}
	v := reply.Read(c, "TONES: plain\n\nNothing. Click here.", reply.Ended)
	said := ""
	for _, pr := range v.Problems {
		said += pr.ForModel() + "\n"
	}
	for _, want := range []string{`use "bee", word for word`, "name bee", "link from words that say where to"} {
		if !strings.Contains(said, want) {
			t.Errorf("the model is not told %q:\n%s", want, said)
		}
	}
}

func TestAColumnInARuleIsOneThatTheModelIsTold(t *testing.T) {
	_, err := prompts.Parse("p", "p.md", []byte(strings.ReplaceAll(ruled, "with {{.keyword}}", "")))
	if err == nil || !strings.Contains(err.Error(), "line 10: contract: require has {{.keyword}}, which the template does not use") {
		t.Errorf("%v", err)
	}
	_, err = prompts.Parse("p", "p.md", []byte(strings.ReplaceAll(ruled, "(?i)click here", "(?i)(click")))
	if err == nil || !strings.Contains(err.Error(), "line 11") {
		t.Errorf("%v", err)
	}
	_, err = prompts.Parse("p", "p.md", []byte(strings.ReplaceAll(ruled, "ask = \"link", "aks = \"link")))
	if err == nil || !strings.Contains(err.Error(), `unknown key "aks"`) {
		t.Errorf("%v", err)
	}
}

func TestAClosedListIsStatedOnceAndCanBeAnother(t *testing.T) {
	p, err := prompts.Open(t.TempDir()).Get("blog-post")
	if err != nil {
		t.Fatal(err)
	}
	row := map[string]string{"topic": "hives"}
	msgs, err := p.Render(row)
	if err != nil {
		t.Fatal(err)
	}
	list := "nowhere else:\n  - " + strings.Join(p.Contract.Fields[3].OneOf, "\n  - ") + "\n- After the header lines"
	if !strings.Contains(msgs.User, list) {
		t.Errorf("the list is not in\n%s", msgs.User)
	}
	own, err := p.WithValues("categories", []string{"Bees", "Gardens"})
	if err != nil {
		t.Fatal(err)
	}
	if msgs, err = own.Render(row); err != nil || !strings.Contains(msgs.User, "nowhere else:\n  - Bees\n  - Gardens\n- After") || strings.Contains(msgs.User, "Cloud Computing") {
		t.Errorf("%v\n%s", err, msgs.User)
	}
	if len(p.Contract.Fields[3].OneOf) != 60 {
		t.Errorf("the prompt itself has %d categories", len(p.Contract.Fields[3].OneOf))
	}
	if _, err := p.WithValues("colours", []string{"red"}); err == nil {
		t.Error("no error for a field that is not there")
	}
	if _, err := p.WithValues("categories", []string{"Bees", "bees"}); err == nil {
		t.Error("no error for a value that is there twice")
	}
}

// A post may have the addresses of the prompt's text and of the topic's row, where its
// contract asks for that, and the prompt's own contract stays as it is.
func TestTheContractForATopicHasItsAddresses(t *testing.T) {
	p := mustParse(t, "+++\noptional = [\"source\"]\n[contract.body]\nurls = \"from-topic\"\n+++\nLink to https://example.org/a. {{.topic}} {{.source}}")
	c := p.For(map[string]string{"topic": "See b.example/x", "source": "https://Example.com/y#z", "note": "www.other.example"}).Contract
	if want := []string{"example.org/a", "example.com/y", "b.example/x", "other.example"}; c.Given == nil || !slices.Equal(c.Given.Addresses, want) {
		t.Errorf("%+v, want %v", c.Given, want)
	}
	if p.Contract.Given != nil || p.For(nil).Contract.Given != nil {
		t.Error("without a topic, no addresses are known")
	}
}
