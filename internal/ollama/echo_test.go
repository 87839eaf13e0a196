package ollama_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/llm"
)

func TestATurnThatComesBackWholeIsNoPartOfTheReply(t *testing.T) {
	open := "# A long text\n\n" + strings.Repeat("It goes on and on, and nobody knows where to. ", 200)
	for name, c := range map[string]struct {
		open   string
		chunks []string
		want   string
	}{
		"whole, as the first chunk":     {open, []string{open, "and ", "ends"}, "and ends"},
		"in pieces":                     {open, []string{open[:7], open[7:900], open[900:], "and ends"}, "and ends"},
		"together with what follows":    {open, []string{open + "and ends"}, "and ends"},
		"without the blank at its end":  {open, []string{strings.TrimSpace(open), "and ends"}, "and ends"},
		"it alone":                      {open, []string{open}, ""},
		"not at all":                    {open, []string{"and ", "ends"}, "and ends"},
		"begun in the same words":       {open, []string{"# A long", " story\n", "and ends"}, "# A long story\nand ends"},
		"nothing but the same words":    {open, []string{"# A long"}, "# A long"},
		"a text too short to be told":   {"na", []string{"na", "na"}, "nana"},
		"the text begins anew, in full": {open, []string{open[:20], open[20:] + "and ends"}, "and ends"},
	} {
		t.Run(name, func(t *testing.T) {
			server := client(t, func(w http.ResponseWriter, _ *http.Request) {
				for _, text := range c.chunks {
					fmt.Fprint(w, chunk(text))
				}
				fmt.Fprint(w, last)
			})
			req := llm.Request{Model: m, Turns: []llm.Turn{{Assistant: true, Text: c.open}}}
			var got string
			_, err := server.Generate(t.Context(), req, func(c llm.Chunk) error { got += c.Content; return nil })
			if err != nil || got != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestAReplyWhoseTurnIsClosedMayRepeatIt(t *testing.T) {
	server := client(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, chunk("A text of some length"), last) })
	req := llm.Request{Model: m, Turns: []llm.Turn{{Assistant: true, Text: "A text of some length"}, {Text: "Say it again."}}}
	var got string
	if _, err := server.Generate(t.Context(), req, func(c llm.Chunk) error { got += c.Content; return nil }); err != nil || got == "" {
		t.Errorf("%q, %v", got, err)
	}
}
