package prompts_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
)

// A fault in a contract is named with the line at which it stands and with
// something to do about it.
func TestAFaultInAContractIsNamedWithItsLine(t *testing.T) {
	text, err := prompts.Open(t.TempDir()).Text("blog-post")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"an unknown kind":            {`kind = "list"`, `kind = "set"`, `field tags: kind "set" is not text or list`},
		"an unknown policy":          {`unknown = "map"`, `unknown = "guess"`, `field categories: unknown "guess" is not map, drop or reject`},
		"bounds that cross":          {`min = 8`, `min = 800`, "field title: min 800 and max 140 cannot both hold"},
		"no label":                   {`label = "TAGS"`, "", "field tags: a field needs a label"},
		"no key":                     {`key = "tags"`, "", "field 3: a field needs a key"},
		"a key twice":                {`key = "tags"`, `key = "title"`, "field title is defined twice"},
		"a label twice":              {`label = "TAGS"`, `label = "Title"`, "field tags: the label Title is the label or an alias of title already"},
		"an alias of another":        {`aliases = ["POST_TAGS"]`, `aliases = ["POST_TITLE"]`, "field tags: the label POST_TITLE is the label or an alias of title already"},
		"a colon in a label":         {`label = "TAGS"`, `label = "TAGS:"`, `field tags: label "TAGS:" holds a colon`},
		"a value with a comma":       {`"News",`, `"News, fresh",`, `field categories: one_of "News, fresh" holds a ",", which divides the items of a list`},
		"a value twice":              {`"News",`, `"News", "news",`, `field categories: one_of holds "news" twice`},
		"a marker without letters":   {`end = ["</EndOFText>"`, `end = ["---", "</EndOFText>"`, `end marker "---" has no letters`},
		"a marker that is a label":   {`end = ["</EndOFText>"`, `end = ["TITLE"`, `end marker "TITLE" is the label or an alias of title`},
		"words that cross":           {`min_words = 300`, "min_words = 300\nmax_words = 30", "body: min_words 300 and max_words 30 cannot both hold"},
		"an empty phrase":            {`"lorem ipsum"]`, `""]`, "an empty phrase occurs in every post"},
		"the body's label a field's": {`label = "MARKDOWN_POST_CONTENT"`, `label = "POST_TAGS"`, "body: label POST_TAGS is the label or an alias of tags already"},
	} {
		t.Run(name, func(t *testing.T) {
			at := strings.Index(string(text), c.old)
			if at < 0 {
				t.Fatalf("the prompt has no %s", c.old)
			}
			_, err := prompts.Parse("p", "p.md", []byte(strings.Replace(string(text), c.old, c.new, 1)))
			var fault *prompts.Error
			if !errors.As(err, &fault) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			line := strings.Count(string(text)[:at], "\n") + 1
			// A key that is missing is told at its table's heading.
			if fault.Line != line && !(c.new == "" && fault.Line < line && line-fault.Line <= 2) {
				t.Errorf("line %d, want %d", fault.Line, line)
			}
			if fault.Hint() == "" {
				t.Error("no hint")
			}
		})
	}
}

// Everybody can write another prompt, in another language and with other
// fields, and it needs no Go.
func TestAPromptInAnotherLanguageNeedsNoGo(t *testing.T) {
	text, err := os.ReadFile("testdata/rezept.md")
	if err != nil {
		t.Fatal(err)
	}
	p, err := prompts.Parse("rezept", "testdata/rezept.md", text)
	if err != nil {
		t.Fatal(err)
	}
	good := "Gern! Hier ist dein Rezept:\n\n**Titel:** »Linsensuppe«\nzutaten：Linsen; Möhren; Sellerie; Essig\nSchwierigkeit: leicht\nANLASS: Alltag, Sonntag\n\nZUBEREITUNG:\n\n## So geht es\n\nDie Linsen waschen, mit dem Gemüse aufsetzen und eine halbe Stunde lang köcheln lassen.\n\n- Ende des Rezepts -\nGuten Hunger!"
	for want, text := range map[string]string{
		"":                    good,
		"field-unknown-value": strings.Replace(good, "leicht", "kinderleicht", 1),
		"headings-few":        strings.Replace(good, "## So", "So", 1),
		"marker-missing":      strings.Replace(good, "Ende des", "Das war das", 1),
		"prompt-echoed":       strings.Replace(good, "Die Linsen", "Danach kommt die Zubereitung in Markdown mit mindestens einer Überschrift.\nZum Schluss steht ~~ GUTEN APPETIT ~~ in einer eigenen Zeile.\n\nDie Linsen", 1),
	} {
		v := reply.Read(p.Contract, text, reply.Ended)
		got := ""
		for _, pr := range v.Problems {
			got += pr.Code.String()
		}
		if got != want {
			t.Errorf("got %q, want %q: %v", got, want, v.Problems)
		}
		if want == "" && fmt.Sprint(v.Post.Fields) != "[{name Linsensuppe []} {zutaten  [Linsen Möhren Sellerie Essig]} {schwierigkeit leicht []} {anlass  [Alltag]}]" {
			t.Errorf("got %v", v.Post.Fields)
		}
	}
}

func TestTheBuiltInPromptsKnowTheirOwnLines(t *testing.T) {
	set := prompts.Open(t.TempDir())
	names, err := set.Names()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		p, err := set.Get(n.Name)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Contract.Echo) < 3 {
			t.Errorf("%s: a reply that says it again would not be noticed: %q", n.Name, p.Contract.Echo)
		}
		row := map[string]string{}
		for _, c := range p.Columns() {
			if row[c] = p.Vars[c]; row[c] == "" {
				row[c] = "sailing for beginners"
			}
		}
		m, err := p.Render(row)
		if err != nil {
			t.Fatal(err)
		}
		// A base model goes on with the prompt, which holds the marker.
		if v := reply.Read(p.Contract, m.User, reply.Length); v.Post != nil {
			t.Errorf("%s: the prompt itself is taken for a post: %v", n.Name, v.Post)
		}
	}
}
