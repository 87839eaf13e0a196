package reply_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
)

// linking is a contract without fields that allows the addresses in a text.
func linking(given string) *contract.Contract {
	c := &contract.Contract{Given: &contract.Given{Addresses: reply.Addresses(given)}}
	c.Body.URLs = contract.FromTopic
	return c
}

const given = "Link to https://Example.org/start?x=1#top, www.shop.example/a_(b) and docs.example.net. See (https://example.com/)."

func TestLinksToInventedAddressesAreRemoved(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"See [the start](https://example.org/start?x=1) and [docs](http://docs.example.net/#a 'title').", ""},
		{"At https://www.shop.example/a_(b), <https://example.com>, and [here](#below).", ""},
		{"Run `curl https://invented.example`.", ""},
		{"```\ncurl https://invented.example\n```", ""},
		{"Ratio 3:2, a [note], and x@y.example.", ""},
		{"A note.[^1]\n\n[^1]: https://example.com", ""},
		{"See [the guide](https://invented.example/a \"t\") now.", "See the guide now."},
		{"See [the\nguide](https://invented.example/a_(b)) now.", "See the\nguide now."},
		{"[![a cat](https://i.example/c.png)](https://invented.example)\ntext", "a cat\ntext"},
		{"Text ![](https://i.example/c.png)\n\nmore", "Text\n\nmore"},
		{"At https://invented.example/x. Then <https://two.example/>, (www.three.example).", "At `https://invented.example/x`. Then `https://two.example/`, (`www.three.example`)."},
		{"See [a][1], [two][], and [Two].\n\n[1]: https://invented.example\n[two]: <https://two.example> \"t\"\n\nend", "See a, two, and Two.\n\n\n\n\nend"},
		{"See [a][1].\n\n[1]: https://example.com", ""},
		{"<a href=\"https://invented.example\">x <b>y</b></a> <img src='https://i.example/c.png'> z", "x <b>y</b>  z"},
		{"[x](/pricing) and [y](mailto:me@invented.example)", "x and y"},
		{"> **https://invented.example**", "> **`https://invented.example`**"},
	} {
		v := reply.Read(linking(given), c.body, reply.Ended)
		want, repairs := c.want, 1
		if want == "" {
			want, repairs = c.body, 0
		}
		if v.Post == nil || v.Post.Body != want || len(v.Repairs) != repairs {
			t.Errorf("%q\n got %+v %v %v\nwant %q", c.body, v.Post, v.Repairs, v.Problems, want)
			continue
		}
		// What is left has nothing to remove.
		if again := reply.Read(linking(given), v.Post.Body, reply.Ended); len(again.Repairs) > 0 {
			t.Errorf("%q: %v", v.Post.Body, again.Repairs)
		}
		strict := linking(given)
		strict.Body.UnknownURLs = contract.RejectURLs
		if v := reply.Read(strict, c.body, reply.Ended); (v.Post == nil) != (repairs > 0) {
			t.Errorf("%q: %v", c.body, v.Problems)
		}
		if v := reply.Judge(linking(given), nil, c.body, 5); (v.Post == nil) != (repairs > 0) {
			t.Errorf("%q in its file: %v", c.body, v.Problems)
		}
	}
}

// A required pattern asks for addresses, and a reply whose topic is not known is not
// checked.
func TestRequiredAddressesAreKnown(t *testing.T) {
	c := linking("")
	c.Body.UnknownURLs = contract.RejectURLs
	c.Body.Require = []contract.Rule{{Pattern: `https://example\.org/\S+`}}
	if v := reply.Read(c, "See [it](https://example.org/it).", reply.Ended); v.Post == nil {
		t.Error(v.Problems)
	}
	v := reply.Read(c, "See [it](https://example.org/it).\n\nAnd https://invented.example.", reply.Ended)
	if !slices.ContainsFunc(v.Problems, func(p contract.Problem) bool {
		return p.Code == contract.ProblemURLUnknown && p.Line == 3 && strings.Contains(p.Message, "https://invented.example") && p.Ask == "use no addresses and no links"
	}) {
		t.Error(v.Problems)
	}
	c.Given = nil
	if v := reply.Read(c, "See [it](https://example.org/it) or https://invented.example.", reply.Ended); v.Post == nil {
		t.Error(v.Problems)
	}
}

func TestBrokenCodeMakesAReplyMalformed(t *testing.T) {
	c := &contract.Contract{}
	c.Body.Code = contract.Parses
	body := "Text.\n\n- item\n\n  ```go {linenos}\n  x := 1\n  ```\n\n```json\n{\n  \"a\": 1\n  \"b\": 2\n}\n```\n\nMore.\n\n```\n((\n```\n"
	v := reply.Read(c, body, reply.Ended)
	if len(v.Problems) != 1 || v.Problems[0].Code != contract.ProblemCodeBroken || v.Problems[0].Line != 12 || !strings.HasPrefix(v.Problems[0].Message, "the JSON code does not parse: ") {
		t.Errorf("%+v", v.Problems)
	}
	if v := reply.Read(&contract.Contract{}, body, reply.Ended); v.Post == nil {
		t.Error(v.Problems)
	}
	if v := reply.Read(c, strings.Replace(body, "1\n  \"b", "1,\n  \"b", 1), reply.Ended); v.Post == nil {
		t.Error(v.Problems)
	}
}
