package preflight

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/prompts"
)

func TestSlugsInAnotherLanguageThanThePostsAreNoticed(t *testing.T) {
	for _, test := range []struct{ vars, slugs, want string }{
		{"language = \"English\"", "German", "the prompt asks for posts in English; [output] language = \"German\" is of slugs alone"},
		{"language = \"German\"", "English", "the prompt asks for posts in German"},
		{"language = \"German\"", "de", ""},
		{"language = \"Deutsch\"", "German", ""},
		{"language = \"English\"", "", ""},
		{"language = \"easy words\"", "German", ""},
		{"words = \"900\"", "German", ""},
	} {
		p, err := prompts.Parse("p", "p.md", []byte("+++\n[vars]\n"+test.vars+"\n+++\nWrite on {{.topic}}."))
		if err != nil {
			t.Fatal(err)
		}
		s := &settings.Settings{Config: &config.Config{Output: config.Output{Language: test.slugs}}}
		if got := OtherLanguage(s, p); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s, slugs in %q: %q", test.vars, test.slugs, got)
		}
	}
}
