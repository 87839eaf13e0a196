package rehearsal

import (
	"slices"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
)

// A model for a contract in each of these languages writes posts that the language
// check accepts, sections and all.
func TestAModelForEachLanguage(t *testing.T) {
	for _, language := range []string{
		"English", "British English", "German", "Deutsch", "fr", "Spanish", "Portuguese", "Italian", "Dutch", "Polish", "Swedish", "Danish", "Norwegian", "Finnish", "Czech", "Hungarian", "Romanian", "Indonesian", "Vietnamese", "Turkish",
		"Russian", "Ukrainian", "Bulgarian", "Serbian", "Greek", "Hebrew", "Arabic", "Persian", "Hindi", "Bengali", "Tamil", "Georgian", "Thai", "Japanese", "Chinese", "Korean", "Klingon",
	} {
		c := &contract.Contract{Language: language, Fields: []contract.Field{{Key: "title", Label: "TITLE", Max: 60}}, Body: contract.Body{MinWords: 300, MaxWords: 420, MinHeadings: 2}, End: []string{"</END>"}}
		if lacks := Lacks(c, c); lacks != nil {
			t.Errorf("%s: %q", language, lacks)
		}
		m, err := ForContract("any", c)
		if err == nil {
			err = judged(c, m, 12)
		}
		if err != nil {
			t.Errorf("%s: %.600v", language, err)
		}
	}
}

func TestAModelWritesWhatItsContractRequires(t *testing.T) {
	for name, rules := range map[string][]contract.Rule{
		"a word":    {{Text: "honey"}},
		"two words": {{Text: "Bee Hive"}, {Text: "honey"}},
		"a link":    {{Pattern: `https://example\.org/\S+`}},
		"a heading": {{Pattern: `(?m)^## FAQ$`}},
		"a figure":  {{Pattern: `\b\d{2,4} (?:km|miles)\b`}},
		"a list":    {{Pattern: `(?m)^- .+\n- .+$`}},
	} {
		c := &contract.Contract{Fields: []contract.Field{{Key: "title", Label: "TITLE"}}, Body: contract.Body{MinWords: 100, MaxWords: 160, Require: rules}, End: []string{"</END>"}}
		m, err := ForContract("any", c)
		if err == nil {
			err = judged(c, m, 30)
		}
		if err != nil || Lacks(c, c) != nil {
			t.Errorf("%s: %v, lacks %q", name, err, Lacks(c, c))
		}
	}
}

func TestWhatAModelCannotMeetIsSaid(t *testing.T) {
	column := []contract.Rule{{Text: "{{.keyword}}"}}
	for _, c := range []struct {
		language string
		all, set []contract.Rule
		want     []string
	}{
		{"", []contract.Rule{{Text: "bees"}}, []contract.Rule{{Text: "bees"}}, nil},
		{"Estonian", nil, nil, []string{"the model cannot write Estonian, which the contract wants: its posts will be rejected for that"}},
		{"en", column, nil, []string{"the contract requires {{.keyword}} from a column, which prepared text does not hold: its posts will be rejected for that, unless the column is blank"}},
		{"en", column, []contract.Rule{{Text: "bees"}}, nil},
	} {
		all := &contract.Contract{Body: contract.Body{Require: c.all}}
		set := &contract.Contract{Language: c.language, Body: contract.Body{Require: c.set}}
		if got := Lacks(all, set); !slices.Equal(got, c.want) {
			t.Errorf("%q %v: %q", c.language, c.all, got)
		}
	}
}
