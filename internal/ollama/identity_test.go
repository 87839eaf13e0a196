package ollama

import (
	"strings"
	"testing"

	"github.com/ollama/ollama/api"
)

func TestAModelHasOneIdentityOnEveryMachine(t *testing.T) {
	weights, adapter := strings.Repeat("a", 64), strings.Repeat("b", 64)
	made := func() *api.ShowResponse {
		return &api.ShowResponse{
			Modelfile:  "# FROM small:latest\n\nFROM /home/one/models/blobs/sha256-" + weights + "\nADAPTER /home/one/models/blobs/sha256-" + adapter + "\nTEMPLATE \"\"\"{{ .Prompt }}\"\"\"\n",
			Parameters: "temperature                    1\ntop_k                          100",
			Template:   "{{ .Prompt }}", System: "Be brief.", License: "MIT",
			Messages: []api.Message{{Role: "user", Content: "hello"}},
		}
	}
	want := identityOf(made())
	if len(want) != 64 {
		t.Fatalf("identity %q", want)
	}
	for what, change := range map[string]func(*api.ShowResponse){
		"another folder": func(s *api.ShowResponse) {
			s.Modelfile = strings.ReplaceAll(s.Modelfile, "/home/one/models/", `/srv/`)
		},
		"Windows": func(s *api.ShowResponse) {
			s.Modelfile = strings.ReplaceAll(strings.ReplaceAll(s.Modelfile, "/home/one/models/blobs/", `C:\models\blobs\`), "\n", "\r\n")
		},
		"another name":    func(s *api.ShowResponse) { s.Modelfile = strings.Replace(s.Modelfile, "small:latest", "copy", 1) },
		"another order":   func(s *api.ShowResponse) { s.Parameters = "top_k 100\ntemperature 1\n" },
		"another end":     func(s *api.ShowResponse) { s.Template += "\n"; s.System += " " },
		"another license": func(s *api.ShowResponse) { s.License = "" },
	} {
		s := made()
		change(s)
		if got := identityOf(s); got != want {
			t.Errorf("%s: the identity is another", what)
		}
	}
	seen := map[string]string{want: "unchanged"}
	for what, change := range map[string]func(*api.ShowResponse){
		"weights":   func(s *api.ShowResponse) { s.Modelfile = strings.Replace(s.Modelfile, weights, adapter, 1) },
		"adapter":   func(s *api.ShowResponse) { s.Modelfile = strings.Replace(s.Modelfile, "ADAPTER", "# ADAPTER", 1) },
		"template":  func(s *api.ShowResponse) { s.Template = "{{ .System }} {{ .Prompt }}" },
		"system":    func(s *api.ShowResponse) { s.System = "Be long." },
		"parameter": func(s *api.ShowResponse) { s.Parameters = "temperature 0\ntop_k 100" },
		"message":   func(s *api.ShowResponse) { s.Messages[0].Role = "assistant" },
	} {
		s := made()
		change(s)
		got := identityOf(s)
		if other, taken := seen[got]; taken {
			t.Errorf("%s: the same identity as %s", what, other)
		}
		seen[got] = what
	}
	if got := identityOf(&api.ShowResponse{Modelfile: "FROM small:latest\n"}); got != "" {
		t.Errorf("a model without files has the identity %q", got)
	}
}
