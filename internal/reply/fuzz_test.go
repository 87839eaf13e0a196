package reply_test

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
)

// FuzzRead reads any text under any of the contracts, whole and in chunks. It
// never panics; what it lets through meets the contract, as the checker below
// judges by itself; and it takes no more steps than the text has bytes, times a
// constant.
func FuzzRead(f *testing.F) {
	for i, s := range []string{whole, "<think>" + whole, "```\n" + header, "Sure:\n\n" + whole, header + text, strings.Repeat("</EndOFText> x ", 50), strings.Repeat("a`", 300), "TITLE: " + strings.Repeat("**", 200)} {
		f.Add(uint8(i), uint8(7*i), s)
	}
	f.Fuzz(func(t *testing.T, which, size uint8, s string) { check(t, which, size, s) })
}

// FuzzPieces reads replies that are made of what replies are made of: each byte
// stands for a piece.
func FuzzPieces(f *testing.F) {
	for i := range pieces {
		f.Add(uint8(i), uint8(i), []byte{0, byte(i), 1, byte(2 * i), 3})
	}
	f.Fuzz(func(t *testing.T, which, size uint8, choice []byte) {
		var b strings.Builder
		for _, c := range choice[:min(len(choice), 64)] {
			b.WriteString(pieces[int(c)%len(pieces)])
		}
		check(t, which, size, b.String())
	})
}

// check reads a text under one of the contracts and holds the verdict to what
// every verdict is held to.
func check(t *testing.T, which, size uint8, s string) {
	t.Helper()
	all := contracts()
	c := all[int(which)%len(all)]
	end := reply.End(int(which) / len(all) % 3)
	v := reply.Read(c, s, end)
	r := reply.NewReader(c)
	for rest := s; rest != ""; {
		n := min(int(size)%17+1, len(rest))
		r.Feed(rest[:n])
		rest = rest[n:]
	}
	if got := r.Close(end); !reflect.DeepEqual(got, v) {
		t.Fatalf("whole %+v, in chunks %+v", v, got)
	}
	if (v.Post == nil) == (len(v.Problems) == 0) {
		t.Fatalf("post %v with problems %v", v.Post, v.Problems)
	}
	lines := strings.Count(s, "\n") + 1
	for _, p := range v.Problems {
		if p.Line < 0 || p.Line > lines || p.Message == "" {
			t.Fatalf("%+v in a reply of %d lines", p, lines)
		}
	}
	for _, p := range v.Repairs {
		if p.Line < 1 || p.Line > lines {
			t.Fatalf("%+v in a reply of %d lines", p, lines)
		}
	}
	if most := 64*len(s) + 4096; r.Steps() > most {
		t.Fatalf("%d steps for %d bytes", r.Steps(), len(s))
	}
	reply.Diagnose(v, end)
	if v.Post != nil {
		meets(t, c, v.Post)
	}
	if d := v.Draft; d != nil {
		c.Compose(d.Fields, reply.Join(d.Body, s))
	}
}

// meets holds a post to its contract with other means than the reader's.
func meets(t *testing.T, c *contract.Contract, p *contract.Post) {
	t.Helper()
	for i := range c.Fields {
		f := &c.Fields[i]
		text, list := p.Text(f.Key), p.List(f.Key)
		n := utf8.RuneCountInString(text)
		if f.Kind == contract.List {
			n = len(list)
		} else {
			list = []string{text}
		}
		if n == 0 {
			if !f.Optional {
				t.Fatalf("%s is missing: %+v", f.Key, p)
			}
			continue
		}
		if n < f.Min || f.Max > 0 && n > f.Max {
			t.Fatalf("%s has %d: %+v", f.Key, n, p)
		}
		seen := map[string]bool{}
		for _, s := range list {
			if strings.TrimSpace(s) != s || s == "" || strings.ContainsAny(s, "\n\r\x00\x1b\x7f") || !utf8.ValidString(s) || seen[s] {
				t.Fatalf("%s holds %q: %+v", f.Key, s, p)
			}
			if seen[s] = true; len(f.OneOf) > 0 && !strings.Contains("\n"+strings.Join(f.OneOf, "\n")+"\n", "\n"+s+"\n") {
				t.Fatalf("%s holds %q, which is off the list", f.Key, s)
			}
			for _, bad := range f.Placeholders {
				if s == bad {
					t.Fatalf("%s is a placeholder", f.Key)
				}
			}
		}
	}
	if len(p.Fields) > len(c.Fields) {
		t.Fatalf("more fields than the contract has: %+v", p)
	}
	meetsBody(t, c, p)
}

func meetsBody(t *testing.T, c *contract.Contract, p *contract.Post) {
	t.Helper()
	b := p.Body
	if strings.Trim(b, "\n") != b || strings.ContainsAny(b, "\r\x00\x1b\x7f\u200b\ufeff\u202e") || !utf8.ValidString(b) {
		t.Fatalf("body %q", b)
	}
	if len(strings.Fields(b)) == 0 && c.Body.MinWords > 0 || p.Words < c.Body.MinWords || c.Body.MaxWords > 0 && p.Words > c.Body.MaxWords {
		t.Fatalf("%d words: %q", p.Words, b)
	}
	for _, phrase := range c.Body.Forbid {
		if strings.Contains(strings.ToLower(b), strings.ToLower(phrase.Text)) {
			t.Fatalf("a forbidden phrase: %q", b)
		}
	}
	if c.Body.MinHeadings > 0 && !strings.Contains(b, "##") && !strings.Contains(b, "\n-") && !strings.Contains(b, "\n -") && !strings.Contains(b, "\n  -") && !strings.Contains(b, "\n   -") {
		t.Fatalf("no heading: %q", b)
	}
	for _, line := range strings.Split(b, "\n") {
		for _, m := range c.End {
			if !strings.ContainsAny(b, "`~") && strings.EqualFold(strings.TrimSpace(line), m) {
				t.Fatalf("a marker in the body: %q", b)
			}
		}
	}
}
