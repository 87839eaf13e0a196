package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/phrases"
	"golang.org/x/text/unicode/norm"
)

// form is a contract made ready for reading.
type form struct {
	labels  map[string]label
	common  map[string]label // labels of other languages and trades
	foreign map[string]bool  // labels of no field
	body    string           // the body's label, folded
	markers []string
	cores   []string
	longest int       // of the markers, in bytes
	begins  [256]bool // a marker begins with this byte
	echo    map[string]bool
}

// label is what a header line can begin with.
type label struct {
	field  int
	alias  bool
	common bool // not the contract's words
}

func newForm(c *contract.Contract) *form {
	f := &form{foreign: map[string]bool{}, labels: map[string]label{}, common: map[string]label{}, body: fold(c.Body.Label)}
	for i := range c.Fields {
		f.labels[fold(c.Fields[i].Label)] = label{field: i}
		for _, a := range c.Fields[i].Aliases {
			f.labels[fold(a)] = label{field: i, alias: true}
		}
	}
	for i := range c.Fields {
		for _, l := range phrases.Labels[c.Fields[i].Key] {
			l = fold(l)
			if _, taken := f.labels[l]; !taken && l != f.body {
				f.common[l] = label{field: i, alias: true, common: true}
			}
		}
	}
	for _, l := range phrases.ForeignLabels {
		if l = fold(l); f.any(l) == nil && l != f.body {
			f.foreign[l] = true
		}
	}
	for _, m := range c.End {
		f.markers = append(f.markers, strings.ToLower(m))
		f.cores = append(f.cores, markerCore(m))
		f.longest = max(f.longest, len(m))
		f.begins[lower(m[0])], f.begins[upper(m[0])] = true, true
	}
	if !c.Body.AllowEcho {
		f.echo = make(map[string]bool, len(c.Echo))
		for _, l := range c.Echo {
			f.echo[bare(l)] = true
		}
	}
	return f
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		c &^= 0x20
	}
	return c
}

// bare is a line without the marks that Markdown sets around it.
func bare(s string) string { return strings.Trim(s, "#>*-_` \t") }

// fold makes labels comparable: letter case, accents, the width of letters, and
// the way in which words are joined do not count.
func fold(s string) string {
	if !ascii(s) {
		s = strings.Map(func(r rune) rune {
			switch {
			case unicode.Is(unicode.Mn, r):
				return -1
			case r == 'ı':
				return 'i'
			}
			return r
		}, norm.NFKD.String(s))
	}
	return strings.Join(strings.FieldsFunc(strings.ToUpper(s), func(r rune) bool { return r == ' ' || r == '_' || r == '-' || r == '\u2010' || r == '\u2011' }), "_")
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// camel sets the words of "metaDescription" apart; it returns other texts as
// they are.
func camel(s string) string {
	for i := 1; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' && s[i-1] >= 'a' && s[i-1] <= 'z' {
			return s[:i] + "_" + camel(s[i:])
		}
	}
	return s
}

func letterOrDigit(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r >= utf8.RuneSelf && unicode.In(r, unicode.Mn, unicode.Mc) && !unicode.Is(unicode.Variation_Selector, r)
}

// longestLabel bounds what is looked at before a colon, in bytes.
const longestLabel = 64
