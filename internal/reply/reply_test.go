package reply_test

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
)

func sailing() *contract.Contract {
	return &contract.Contract{
		Fields: []contract.Field{
			{Key: "title", Label: "TITLE", Aliases: []string{"POST_TITLE"}, Min: 8, Max: 140, Placeholders: []string{"POST_TITLE"}},
			{Key: "description", Label: "META_DESCRIPTION", Min: 10, Max: 400},
			{Key: "tags", Label: "TAGS", Aliases: []string{"POST_TAGS"}, Kind: contract.List, Min: 2, Max: 20},
			{Key: "categories", Label: "CATEGORIES", Kind: contract.List, Min: 1, OneOf: []string{"Programming and Coding", "Tutorials", "How-to Guides", "Internet of Things (IoT)"}},
		},
		Body: contract.Body{Label: "MARKDOWN_POST_CONTENT", MinWords: 8, MinHeadings: 1, Forbid: []contract.Rule{{Text: "as an ai language model"}}},
		End:  []string{"</EndOFText>", "-EndOFText-"},
	}
}

const header = `TITLE: Learning to sail in a week
META_DESCRIPTION: What a beginner can learn on the water in seven days.
TAGS: sailing, learning, wind
CATEGORIES: Tutorials, How-to Guides

`

const text = `The first day is for knots and for the names of things.

## The second day

Then comes the wind, and with it everything else.
`

const whole = header + text + "\n</EndOFText>"

func codes(v contract.Verdict) string {
	var all []string
	for _, p := range v.Problems {
		all = append(all, p.Code.String())
	}
	for _, r := range v.Repairs {
		all = append(all, "+"+r.Code.String())
	}
	return strings.Join(all, " ")
}

// Each reply is one manner of a model; "+" marks repairs, the rest are
// problems.
func TestRepliesAreJudgedByTheirManner(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(whole, old, new, 1) }
	for name, c := range map[string]struct{ text, want string }{
		"as asked":                      {whole, ""},
		"the marker's other form":       {replace("</EndOFText>", "-EndOFText-"), "+marker-variant"},
		"the marker in other case":      {replace("</EndOFText>", "</endoftext>"), "+marker-variant"},
		"the marker in emphasis":        {replace("</EndOFText>", "**EndOfText**\n"), "+marker-variant"},
		"the marker behind the text":    {replace("\n\n</EndOFText>", " </EndOFText>"), "+marker-variant"},
		"text behind the marker":        {whole + "\n\nLet me know if you like it!", "+text-after-marker"},
		"chatter first":                 {"Sure! Here is your post:\n\n" + whole, "+preamble"},
		"the whole reply in a fence":    {"```markdown\n" + whole + "\n```", "+fenced-reply"},
		"bold labels":                   {replace("TITLE: Learning to sail in a week", "**TITLE:** Learning to sail in a week"), "+label-dressing"},
		"a heading as label":            {replace("TITLE:", "## Title:"), "+label-dressing"},
		"a wide colon":                  {replace("TITLE:", "TITLE："), "+label-dressing"},
		"an alias":                      {replace("TAGS:", "POST_TAGS:"), "+label-alias"},
		"quotes around the title":       {replace("Learning to sail in a week", `"Learning to sail in a week"`), "+quotes"},
		"tags as bullets":               {replace("TAGS: sailing, learning, wind", "TAGS:\n- sailing\n- learning\n- wind"), "+list-form"},
		"tags with semicolons":          {replace("sailing, learning, wind", "sailing; learning; wind"), "+list-form"},
		"tags as JSON":                  {replace("sailing, learning, wind", `["sailing", "learning"]`), "+list-form"},
		"hashtags":                      {replace("sailing, learning, wind", "#sailing, #learning"), "+list-form"},
		"a tag twice":                   {replace("sailing, learning, wind", "sailing, Sailing, wind"), "+duplicate-item"},
		"a category off the list":       {replace("Tutorials, How-to Guides", "Tutorials, Sailing"), "+value-dropped"},
		"a category nearly on the list": {replace("Tutorials, How-to Guides", "tutorial, Internet of Things"), "+value-mapped"},
		"fields out of order":           {replace("TITLE: Learning to sail in a week\n", "") + "", "field-missing"},
		"the body's name echoed":        {replace("The first day", "MARKDOWN_POST_CONTENT: The first day"), "+echoed-body-label"},
		"the title again as a heading":  {replace("The first day", "# Learning to sail in a week\n\nThe first day"), "+repeated-title"},
		"line ends of Windows":          {strings.ReplaceAll(whole, "\n", "\r\n"), "+line-ends"},
		"paired thinking":               {"<think>\nTITLE: hm\nThe user wants sailing.\n</think>\n\n" + whole, "+think-text"},
		"thinking with a lone end":      {"I should write about sailing.\n</think>\n" + whole, "+think-text"},
		"a terminal's escape":           {replace("sail in", "sail\x1b[2J in"), "+invisible-characters"},
		"an empty title":                {replace("Learning to sail in a week", ""), "field-empty"},
		"the placeholder":               {replace("Learning to sail in a week", "POST_TITLE"), "field-placeholder"},
		"no description":                {replace("META_DESCRIPTION: What a beginner can learn on the water in seven days.\n", ""), "field-missing"},
		"no category of the list":       {replace("Tutorials, How-to Guides", "Sailing"), "field-unknown-value"},
		"no marker":                     {strings.TrimSuffix(whole, "\n\n</EndOFText>"), "marker-missing"},
		"a fence left open":             {replace("\n</EndOFText>", "```sh\nls\n</EndOFText>\n"), "unclosed-fence"},
		"a marker in code":              {replace("Then comes", "```\n</EndOFText>\n```\n\nWrite `</EndOFText>` last.\n\nThen comes"), ""},
		"no headings":                   {replace("## ", ""), "headings-few"},
		"no body":                       {header + "</EndOFText>", "body-missing"},
		"a second post":                 {strings.TrimSuffix(whole, "</EndOFText>") + whole, "second-post"},
		"a forbidden phrase":            {replace("The first day", "As an AI language model, the first day"), "forbidden-phrase"},
		"a refusal":                     {"I'm sorry, but I can't help with sailing.", "refusal"},
		"no field at all":               {"Sailing is fun. Here are some thoughts on it.", "field-missing"},
		"nothing":                       {" \n ", "empty"},
		"thinking alone":                {"<think>\nLet me see what the user wants", "thinking-only +think-text"},
	} {
		t.Run(name, func(t *testing.T) {
			v := reply.Read(sailing(), c.text, reply.Ended)
			if got := codes(v); got != c.want {
				t.Errorf("got %q, want %q\n%v", got, c.want, v.Problems)
			}
			if (v.Post == nil) != (len(v.Problems) > 0) {
				t.Errorf("post %v with problems %v", v.Post, v.Problems)
			}
		})
	}
}

func TestAReplyThatUsedUpItsTokensWasCut(t *testing.T) {
	v := reply.Read(sailing(), strings.TrimSuffix(whole, "\n\n</EndOFText>"), reply.Length)
	if got := codes(v); got != "cut" {
		t.Errorf("got %q", got)
	}
	if v := reply.Read(sailing(), whole, reply.Length); v.Post == nil {
		t.Errorf("the marker closes a post whatever the server says: %v", v.Problems)
	}
}

func TestALoopIsHopelessAndATableIsNot(t *testing.T) {
	table := "| a | b | c |\n|---|---|---|\n" + strings.Repeat("|   |   |   |\n", 80)
	code := "```\n" + strings.Repeat("0x00, 0x00, 0x00,\n", 5) + "```\n"
	if v := reply.Read(sailing(), strings.Replace(whole, "## The", table+"\n"+code+"\n## The", 1), reply.Ended); v.Post == nil {
		t.Errorf("a table and a listing: %v", v.Problems)
	}
	r := reply.NewReader(sailing())
	n := 0
	for r.Feed(map[bool]string{true: header + text, false: "And then the wind comes back, as it always does. "}[n == 0]) == reply.Continue {
		if n++; n > 100 {
			t.Fatal("the loop was never noticed")
		}
	}
	if v := r.Close(reply.Cut); v.Post != nil || v.Problems[0].Code != contract.ProblemLoop {
		t.Errorf("%+v", v)
	}
}

func TestChatterWithoutAFieldIsHopelessAfterAWhile(t *testing.T) {
	r := reply.NewReader(sailing())
	for i := 0; r.Feed(strings.Repeat("word ", i%7+1)+string(rune('a'+i%26))+"\n") == reply.Continue; i++ {
		if i > 2000 {
			t.Fatal("never hopeless")
		}
	}
}
