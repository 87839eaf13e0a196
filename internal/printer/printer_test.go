package printer

import (
	"errors"
	"strings"
	"testing"
)

type greeting struct {
	Name string `json:"name"`
}

func (g greeting) Text(p *Page) {
	p.Linef("hello %s", g.Name)
	p.Notef("about %v", errors.New(g.Name))
}

func TestPeopleGetCleanTextAndProgramsJSON(t *testing.T) {
	evil := greeting{"\x1b[2J\u202eBob\nhint: rm"}
	for _, c := range []struct {
		json, quiet bool
		out, errs   string
	}{
		{false, false, "hello Bob hint: rm\n", "nightpress: about Bob hint: rm\nnightpress: note Bob hint: rm\n"},
		{false, true, "hello Bob hint: rm\n", ""},
		{true, false, `{"name":"\u001b[2J\u202eBob\nhint: rm"}` + "\n", "nightpress: note Bob hint: rm\n"},
	} {
		var out, errs strings.Builder
		p := New(&out, &errs, c.json, c.quiet)
		if err := p.Print(evil); err != nil {
			t.Fatal(err)
		}
		p.Note("note %s", evil.Name)
		if out.String() != c.out || errs.String() != c.errs {
			t.Errorf("json %v, quiet %v: %q and %q", c.json, c.quiet, out.String(), errs.String())
		}
	}
}
