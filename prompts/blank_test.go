package prompts_test

import "testing"

// A job's ID is a hash of what is rendered. Versions before [vars] stood in for
// blank cells rendered nothing for them: the ID of such a post is another one only
// where the model is told something else, which a person is asked about.
func TestABlankCellChangesAPromptOnlyWhereItsTextChanges(t *testing.T) {
	for name, c := range map[string]struct{ front, body, before, now string }{
		"a setting stands in":    {"[vars]\ntone = \"plain\"\n", "A {{.tone}} post about {{.topic}}", "A  post about Cats", "A plain post about Cats"},
		"a setting that is used": {"[vars]\ntone = \"plain\"\n", "{{with .tone}}Be {{.}}. {{end}}{{.topic}}", "Cats", "Be plain. Cats"},
		"a blank setting":        {"[vars]\ntone = \"\"\n", "A {{.tone}} post about {{.topic}}", "A  post about Cats", "A  post about Cats"},
		"no setting":             {"optional = [\"tone\"]\n", "A {{.tone}} post about {{.topic}}", "A  post about Cats", "A  post about Cats"},
		"not used":               {"[vars]\ntone = \"plain\"\n", "A post about {{.topic}}", "A post about Cats", "A post about Cats"},
		"only asked for":         {"[vars]\ntone = \"plain\"\n", "{{if .tone}}Cats{{else}}Cats{{end}}", "Cats", "Cats"},
	} {
		p := mustParse(t, "+++\ndescription = \"d\"\n"+c.front+"\n[[contract.fields]]\nkey = \"title\"\nlabel = \"TITLE\"\n+++\n"+c.body)
		blank, err := p.Render(map[string]string{"topic": "Cats", "tone": ""})
		if err != nil {
			t.Fatal(err)
		}
		if blank.User != c.now {
			t.Errorf("%s: %q, want %q", name, blank.User, c.now)
		}
		if c.now == c.before {
			continue
		}
		// The post is the one of a row that says so, or that has no such column.
		said, err := p.Render(map[string]string{"topic": "Cats", "tone": "plain"})
		if err != nil {
			t.Fatal(err)
		}
		without, err := p.Render(map[string]string{"topic": "Cats"})
		if err != nil {
			t.Fatal(err)
		}
		if said != blank || without != blank {
			t.Errorf("%s: %q with the cell, %q without the column, %q with a blank cell", name, said.User, without.User, blank.User)
		}
	}
}
