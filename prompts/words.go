package prompts

import (
	"fmt"
	"strings"
	"text/template"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
)

// The words with which a model is asked to mend a reply. A prompt's file may
// define a template of the same name, in its own language for example, and
// gets the same data.
var words = map[contract.Remedy]*template.Template{
	// Requests the whole reply again. It follows the prompt in the same
	// message.
	contract.RemedyAgain: builtinWords(contract.RemedyAgain, `An earlier reply to this request could not be used:
{{range $i, $p := .problems}}{{inc $i}}. {{$p}}
{{end}}Write the whole reply again from its first line, in exactly the format asked for, without these faults.`),
	// Requests the rest of a reply that stopped. It answers the unchanged
	// reply.
	contract.RemedyContinue: builtinWords(contract.RemedyContinue, `Your reply stops before its end. Go on exactly where it stops, in the middle of the sentence if need be. Repeat nothing of it and say nothing about going on.{{with .marker}} Write {{.}} on a line of its own when the post is complete; if nothing else is missing, write that line alone.{{end}}`),
	// Requests some header lines. It answers the whole reply.
	contract.RemedyFields: builtinWords(contract.RemedyFields, `Your post is good, but not all of its header lines are:
{{range .problems}}- {{.}}
{{end}}Write only these header lines for it, each on one line, and nothing else:
{{range .fields}}{{.}}: ...
{{end}}`),
	// Requests more of the body. It answers the reply.
	contract.RemedyExtend: builtinWords(contract.RemedyExtend, `Your post is a good beginning, but there is not enough of it:
{{range .problems}}- {{.}}
{{end}}Write further sections that follow on from it, each with a heading that begins with ##. Repeat neither the header lines nor anything that the post already says.{{with .marker}} Write {{.}} on a line of its own at the end.{{end}}`),
	// Requests the body below existing header lines.
	contract.RemedyBody: builtinWords(contract.RemedyBody, `These header lines are good. Now write the post itself below them, in Markdown. Do not repeat the header lines.{{with .marker}} Write {{.}} on a line of its own at the end.{{end}}`),
	// Requests the values of the header lines as JSON. It follows the prompt in
	// the same message.
	contract.RemedySchema: builtinWords(contract.RemedySchema, `Begin with the header lines alone, as one JSON object: {{range $i, $f := .fields}}{{if $i}}, {{end}}{{$f}}{{end}}. Write no post yet.{{with .problems}}
An earlier answer could not be used:{{range .}}
- {{.}}{{end}}{{end}}`),
}

// partWords are those for a part of a post in sections, where they differ.
var partWords = map[contract.Remedy]*template.Template{
	contract.RemedyExtend: builtinWords(contract.RemedyExtend, `Your text is a good beginning, but there is not enough of it:
{{range .problems}}- {{.}}
{{end}}Continue {{if .heading}}the section "{{.heading}}" from its end{{else}}the text from its end{{end}}, with as many words as are missing and no more. Write no heading, repeat nothing, and say nothing about going on.`),
	contract.RemedySchema: builtinWords(contract.RemedySchema, `Answer with one JSON object and nothing else: {{range $i, $f := .fields}}{{if $i}}, {{end}}{{$f}}{{end}}.{{with .problems}}
An earlier answer could not be used:{{range .}}
- {{.}}{{end}}{{end}}`),
}

func builtinWords(name contract.Remedy, text string) *template.Template {
	inc := template.FuncMap{"inc": func(i int) int { return i + 1 }}
	return template.Must(template.New(name.String()).Funcs(inc).Option("missingkey=error").Parse(text))
}

// maxNamed is how many problems are named to the model: more only hide the
// ones that matter.
const maxNamed = 8

// Words returns the text of the request for a remedy that has its own template:
// RemedyAgain, RemedyContinue (which RemedyFinish shares), RemedyFields,
// RemedyExtend, RemedyBody, or RemedySchema. problems are named; fields are the
// labels of the header lines that are asked for. The words are for the reply of the
// contract, which may be a part of a post.
func (p *Prompt) Words(remedy contract.Remedy, problems []contract.Problem, fields []string) (string, error) {
	named := make([]string, 0, maxNamed)
	for _, pr := range problems[:min(len(problems), maxNamed)] {
		named = append(named, strings.Join(strings.Fields(pr.ForModel()), " "))
	}
	data := map[string]any{"problems": named, "fields": fields, "marker": p.Contract.Marker(), "heading": ""}
	part := p.Contract.Part()
	if part != nil {
		data["heading"] = part.Heading
	}
	if p.hasWordsFor(remedy) {
		own, err := p.execute(remedy.String(), data)
		if err != nil || own != "" {
			return own, err
		}
	}
	t := words[remedy]
	if own := partWords[remedy]; own != nil && (part != nil || p.Contract.FieldsOnly()) {
		t = own
	}
	if t == nil {
		return "", fmt.Errorf("prompt %s: no words for %q", p.Name, remedy)
	}
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return "", err // unreachable: the built-in words are tested with this data
	}
	return strings.TrimSpace(b.String()), nil
}

// hasWordsFor reports whether a template with the remedy's name has its words. In mode
// "sections", the template "fields" is the first request for the header lines.
func (p *Prompt) hasWordsFor(remedy contract.Remedy) bool {
	return words[remedy] != nil && (p.Mode != ModeSections || remedy != contract.RemedyFields)
}

// tryWords finds what is wrong with a file's own words before they are needed.
func (p *Prompt) tryWords(remedy contract.Remedy) error {
	_, err := p.Words(remedy, []contract.Problem{{Message: "it is too short"}}, []string{"TITLE"})
	return err
}

// Again makes the messages for asking again after a malformed reply. The first
// messages stay as they were and the words follow them, so that the server's
// prefix cache is hit.
func (p *Prompt) Again(first llm.Messages, problems []contract.Problem) (llm.Messages, error) {
	said, err := p.Words(contract.RemedyAgain, problems, nil)
	if err != nil {
		return llm.Messages{}, err
	}
	return llm.Messages{System: first.System, User: first.User + "\n\n" + said}, nil
}
