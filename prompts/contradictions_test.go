package prompts_test

import (
	"slices"
	"testing"

	"github.com/nightpress/nightpress/prompts"
)

func TestNoBuiltInPromptContradictsItself(t *testing.T) {
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
		if all := p.Contradictions(nil); len(all) > 0 {
			t.Errorf("%s: %q", info.Name, all)
		}
	}
}

func TestContradictionsAreWhatPromptAndContractSayDifferently(t *testing.T) {
	for _, c := range []struct {
		name, front, body string
		row               map[string]string
		want              []string
	}{
		{"too few words", "[vars]\nwords = \"100\"\n[contract.body]\nmin_words = 300\n", "{{.topic}} {{.words}}", nil, []string{"the prompt asks for 100 words, and the contract wants at least 300"}},
		{"too many words in a column", "[vars]\nwords = \"400\"\n[contract.body]\nmax_words = 500\n", "{{.topic}} {{.words}}", map[string]string{"words": "900"}, []string{"the prompt asks for 900 words, and the contract allows at most 500"}},
		{"words that fit", "[vars]\nwords = \"400\"\n[contract.body]\nmin_words = 300\nmax_words = 500\n", "{{.topic}} {{.words}}", nil, nil},
		{"words that are no number", "[vars]\nwords = \"a few\"\n[contract.body]\nmin_words = 300\n", "{{.topic}} {{.words}}", nil, nil},
		{"a column that the prompt does not use", "[contract.body]\nmin_words = 300\n", "{{.topic}}", map[string]string{"words": "5"}, nil},
		{"another language", "[vars]\nlanguage = \"Deutsch\"\n[contract]\nlanguage = \"English\"\n", "{{.topic}} {{.language}}", nil, []string{"the prompt asks for German, and the contract wants English"}},
		{"one language by two names", "[vars]\nlanguage = \"Deutsch\"\n[contract]\nlanguage = \"de\"\n", "{{.topic}} {{.language}}", nil, nil},
		{"a language of the topic's own", "[vars]\nlanguage = \"English\"\n[contract]\n", "{{.topic}} {{.language}}", map[string]string{"language": "French"}, nil},
		{"a topic's language against the contract's", "[vars]\nlanguage = \"English\"\n[contract]\nlanguage = \"English\"\n", "{{.topic}} {{.language}}", map[string]string{"language": "French"}, []string{"the prompt asks for French, and the contract wants English"}},
	} {
		p, err := prompts.Parse("p", "p.md", []byte("+++\n"+c.front+"+++\n"+c.body+"\n"))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := p.Contradictions(c.row); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
