package prompts_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/prompts"
)

const inSections = `+++
mode = "sections"
optional = ["audience"]

[vars]
tone = "plain"

[sections]
min = 3
max = 6
words = 900

[[contract.fields]]
key = "title"
label = "TITLE"
+++
Write in a {{.tone}} tone about {{.topic}}.
{{define "outline"}}Plan it: {{.words}} words.{{end}}
{{define "section"}}Section {{.n}} of {{.of}}: {{.section.heading}}, {{.section.words}} words for {{.audience}}.{{range .section.points}}
- {{.}}{{end}}{{end}}
{{define "opening"}}Open it in {{.section.words}} words:
{{.before}}{{end}}
`

func parseSections(t *testing.T, text string) *prompts.Prompt {
	t.Helper()
	p, err := prompts.Parse("long", "long.md", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPromptInSectionsAsksForAnOutlineFirstAndForSectionsLater(t *testing.T) {
	p := parseSections(t, inSections)
	row := map[string]string{"topic": "bees", "audience": "beginners", "words": ""}
	m, err := p.Render(row)
	if err != nil || m.User != "Write in a plain tone about bees.\n\nPlan it: 900 words." {
		t.Errorf("%q, %v", m.User, err)
	}
	later := p.Later(row)
	if !reflect.DeepEqual(later, map[string]string{"audience": "beginners"}) {
		t.Errorf("later %v", later)
	}
	got, err := p.Ask(contract.PartSection, later, prompts.Ask{N: 2, Of: 3, Section: contract.Planned{Heading: "Wax", Words: 300, Points: []string{"combs", "candles"}}})
	if want := "Section 2 of 3: Wax, 300 words for beginners.\n- combs\n- candles"; err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := p.Ask(contract.PartFields, later, prompts.Ask{}); err != nil || !strings.Contains(got, "TITLE: ...") {
		t.Errorf("fields: %q, %v", got, err)
	}
	if p.Quotes(contract.PartSection) || !p.Quotes(contract.PartOpening) {
		t.Error("only the opening has .before")
	}
	if err := p.Check([]string{"topic"}); err != nil {
		t.Error(err)
	}
	if gaps := p.Gaps(); len(gaps) > 0 {
		t.Error(gaps)
	}
}

func TestAColumnSetsTheLengthOfATopicsPost(t *testing.T) {
	p := parseSections(t, inSections)
	row := map[string]string{"topic": "bees", "words": "2,000"}
	m, err := p.Render(row)
	if err != nil || !strings.Contains(m.User, "Plan it: 2000 words") {
		t.Errorf("%q, %v", m.User, err)
	}
	c := p.For(row).Contract
	if c.Sections.Words != 2000 || c.Body.MinWords != 1800 || c.Body.MaxWords != 2200 || p.Contract.Sections.Words != 900 || !c.Sections.Opening || c.Sections.Closing {
		t.Errorf("%+v, %+v", c.Sections, c.Body)
	}
	for _, cell := range []string{"many", "50", "-1", "900000"} {
		if _, err := p.Render(map[string]string{"topic": "bees", "words": cell}); err == nil || !strings.Contains(err.Error(), "column words") {
			t.Errorf("%s: %v", cell, err)
		}
	}
}

func TestWhatCouldChangeALaterRequestChangesTheContract(t *testing.T) {
	asks := parseSections(t, inSections).Contract.Sections.Asks
	for name, text := range map[string]string{
		"section": strings.Replace(inSections, "Section {{.n}}", "Part {{.n}}", 1),
		"opening": strings.Replace(inSections, "Open it", "Begin it", 1),
		"setting": strings.Replace(inSections, `"plain"`, `"warm"`, 1),
	} {
		if parseSections(t, text).Contract.Sections.Asks == asks {
			t.Errorf("another %s is the same", name)
		}
	}
	if parseSections(t, strings.Replace(inSections, "optional", "description = \"x\"\noptional", 1)).Contract.Sections.Asks != asks {
		t.Error("a description changes what is requested")
	}
}

func TestWrongSectionsAreErrorsWithTheirLine(t *testing.T) {
	for want, text := range map[string]string{
		`line 8: [sections] is set`:                   strings.Replace(inSections, `mode = "sections"`, "", 1),
		`line 2: mode is "chapters"`:                  strings.Replace(inSections, `"sections"`, `"chapters"`, 1),
		`the template "section" is missing`:           strings.Replace(inSections, `"section"}}`, `"sektion"}}`, 1),
		`line 9: sections: min 9 and max 6`:           strings.Replace(inSections, "min = 3", "min = 9", 1),
		`line 11: sections: a post of 90 words`:       strings.Replace(inSections, "words = 900", "words = 90", 1),
		`sections: tolerance is 0`:                    strings.Replace(inSections, "words = 900", "words = 900\ntolerance = 0.0", 1),
		`line 12: unknown key "sections.wrods"`:       strings.Replace(inSections, "words = 900", "words = 900\nwrods = 1", 1),
		`has a meaning of its own in mode "sections"`: strings.Replace(inSections, "tone =", "before =", 1),
		`map has no entry for key "colour"`:           strings.Replace(inSections, "{{.section.heading}}", "{{.section.colour}}", 1),
		`the template "outline" is empty`:             strings.Replace(inSections, "Plan it: {{.words}} words.", "", 1),
		`{{template}} is not allowed`:                 strings.Replace(inSections, "Plan it", `{{template "section"}}`, 1),
	} {
		_, err := prompts.Parse("long", "long.md", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}

func TestAPromptInSectionsTravelsAndIsCheckedWhereItArrives(t *testing.T) {
	p := parseSections(t, inSections).For(map[string]string{"words": "2000"})
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var got prompts.Prompt
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if *got.Contract.Sections != *p.Contract.Sections {
		t.Errorf("%+v, want %+v", got.Contract.Sections, p.Contract.Sections)
	}
	for _, change := range [][2]string{{`"max":6`, `"max":6000`}, {`"words":2000`, `"words":-1`}, {`"tolerance":0.1`, `"tolerance":9`}, {`"sections":{`, `"sektions":{`}} {
		if err := json.Unmarshal([]byte(strings.Replace(string(text), change[0], change[1], 1)), &got); err == nil {
			t.Errorf("%s is taken for %s", change[1], change[0])
		}
	}
}
