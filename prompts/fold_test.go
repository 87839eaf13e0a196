package prompts

import (
	"fmt"
	"strings"
	"testing"
	"text/template/parse"
)

// foldable is a prompt with these lines as its template.
func foldable(t testing.TB, body string) *Prompt {
	t.Helper()
	p, err := Parse("p", "p.md", []byte("+++\noptional = [\"tone\", \"list\"]\n[vars]\nlanguage = \"English\"\n[[contract.fields]]\nkey = \"title\"\nlabel = \"TITLE\"\n[[contract.fields]]\nkey = \"categories\"\nlabel = \"CATEGORIES\"\nkind = \"list\"\none_of = [\"Food\", \"Home & Garden\", \"a {{.b}} c\"]\n+++\n"+body))
	if err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	return p
}

// Whatever the template says, a folded one renders the same, errors included.
func TestAFoldedTemplateRendersTheSame(t *testing.T) {
	for _, body := range []string{
		"Write about {{.topic}}.",
		"{{.topic}}\n{{range allowed \"categories\"}}  - {{.}}\n{{end}}end",
		"{{.topic}} {{range $i, $c := allowed \"categories\"}}{{$i}}{{$c}}{{end}}",
		"{{.topic}} {{range allowed \"categories\"}}{{if eq . \"Food\"}}{{continue}}{{end}}{{. | printf \"%q\"}}{{break}}{{end}}",
		"{{.topic}} {{range allowed \"categories\"}}{{$.topic}}{{end}}",
		"{{$x := \"a\"}}{{.topic}} {{$x}} {{$x = \"b\"}}{{$x}}",
		"{{if .tone}}{{range allowed \"categories\"}}{{.}},{{end}}{{else}}{{len (allowed \"categories\")}}{{end}} {{.topic}}",
		"{{with .tone}}{{.}}{{else}}{{.topic}}{{end}}", "{{with allowed \"categories\"}}{{index . 1}}{{end}}{{.topic}}", "{{with \"x\"}}{{$.topic}}{{end}}",
		"{{define \"system\"}}{{.language}} {{printf \"%d\" 7}}{{end}}{{.topic}}", "{{- /* a comment */ -}} {{.topic}} {{\"{{\"}} {{true}} {{1}} {{nil | printf \"%v\"}}",
		"{{with .tone}}{{with $.language}}{{.}}{{end}}{{.}}{{else}}{{.topic}}{{end}}", "{{if .tone}}{{.nope}}{{end}}{{.topic}}", "{{with .tone}}{{.topic}}{{end}}{{.topic}}",
		"{{with .tone}}a{{else with .list}}b{{.}}{{else}}{{if .topic}}c{{.topic}}{{end}}{{end}}", "{{.}}{{.topic}}", "{{.topic.name}}", "{{with .language}}{{if .}}{{$.tone}}{{end}}{{end}}{{.topic}}",
		"{{.topic}} {{index (allowed \"categories\") 9}}", "{{.topic}}\n{{allowed \"none\"}}", "{{range allowed \"categories\"}}{{.name}}{{end}}{{.topic}}",
	} {
		p := foldable(t, body)
		plain := *p
		plain.folded = &renderer{Template: p.tmpl}
		for _, row := range []map[string]string{{"topic": "{{.language}} <b>"}, {"topic": "x", "tone": "dry", "language": ""}} {
			got, err := p.Render(row)
			want, wantErr := plain.Render(row)
			if got != want || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Errorf("%q:\n got %q, %v\nwant %q, %v", body, got, err, want, wantErr)
			}
		}
	}
}

// A template without functions is not executed, and that does not show.
func FuzzATemplateThatIsNotExecutedRendersTheSame(f *testing.F) {
	f.Add("{{with .tone}}{{.}} {{$.topic}}{{else}}{{if .list}}{{.list}}{{end}}{{end}}", "a", "b", "")
	f.Add("  {{- with .topic -}} {{.}}\n{{end}} {{.language}} ", "{{.}}", "", "x")
	f.Fuzz(func(t *testing.T, body, topic, tone, language string) {
		p, err := Parse("p", "p.md", []byte("+++\noptional = [\"tone\", \"list\"]\n[vars]\nlanguage = \"English\"\n[[contract.fields]]\nkey = \"title\"\nlabel = \"TITLE\"\n+++\n"+body))
		if err != nil {
			return
		}
		executed := *p
		executed.folded = &renderer{Template: p.tmpl}
		for _, row := range []map[string]string{{"topic": topic, "tone": tone, "language": language}, {"topic": topic}} {
			got, err := p.Render(row)
			want, wantErr := executed.Render(row)
			if got != want || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Errorf("%q:\n got %q, %v\nwant %q, %v", body, got, err, want, wantErr)
			}
		}
	})
}

func TestAListOfTheContractIsRenderedOnce(t *testing.T) {
	p := foldable(t, "{{.topic}}\n{{range allowed \"categories\"}}  - {{.}}\n{{end}}end")
	for _, n := range p.folded.Lookup("user").Root.Nodes {
		if _, ok := n.(*parse.RangeNode); ok {
			t.Errorf("the list is rendered for every topic")
		}
	}
	with, err := p.WithValues("categories", []string{"Other"})
	if err != nil {
		t.Fatal(err)
	}
	msgs, err := with.Render(map[string]string{"topic": "x"})
	if err != nil || !strings.Contains(msgs.User, "  - Other\n") || strings.Contains(msgs.User, "Food") {
		t.Errorf("%q, %v", msgs.User, err)
	}
}
