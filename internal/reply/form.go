package reply

import (
	"strings"
	"unicode"

	"github.com/nightpress/nightpress/internal/contract"
)

// form is a contract made ready for reading.
type form struct {
	labels  map[string]label
	body    string // the body's label, folded
	markers []string
	cores   []string
	longest int       // of the markers, in bytes
	begins  [256]bool // a marker begins with this byte
	echo    map[string]bool
}

// label is what a header line can begin with.
type label struct {
	field int
	alias bool
}

func newForm(c *contract.Contract) *form {
	f := &form{labels: map[string]label{}, body: fold(c.Body.Label)}
	for i := range c.Fields {
		f.labels[fold(c.Fields[i].Label)] = label{field: i}
		for _, a := range c.Fields[i].Aliases {
			f.labels[fold(a)] = label{field: i, alias: true}
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

// fold makes labels comparable: letter case and the way in which words are
// joined do not count.
func fold(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToUpper(s), func(r rune) bool { return r == ' ' || r == '_' || r == '-' }), "_")
}

func letterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// longestLabel bounds what is looked at before a colon, in bytes.
const longestLabel = 64

// header is a line read as a header field.
type header struct {
	label
	value   string
	dressed bool // the label stands there otherwise than the contract has it
}

// header reads a line as a header field of the contract.
func (f *form) header(c *contract.Contract, s string) (h header, ok bool) {
	name, value, ok := splitLabel(s)
	if !ok {
		return header{}, false
	}
	l, ok := f.labels[name]
	if !ok {
		return header{}, false
	}
	exact := c.Fields[l.field].Label + ":"
	return header{l, value, !strings.HasPrefix(s, exact)}, true
}

// isBody tells whether the line is the echoed name of the body, and gives what
// follows it.
func (f *form) isBody(s string) (rest string, ok bool) {
	if f.body == "" {
		return "", false
	}
	name, rest, ok := splitLabel(s)
	return rest, ok && name == f.body
}

// splitLabel takes a line apart at its first colon and undresses both sides:
// "## Title:", "- **TITLE:** x", "1. title : x", "[TITLE]: x". A label that
// stands alone in a heading or in bold needs no colon.
func splitLabel(s string) (name, value string, ok bool) {
	head := s[:min(len(s), longestLabel+1)]
	at, size := strings.IndexByte(head, ':'), 1
	if wide := strings.Index(head, "："); wide >= 0 && (at < 0 || wide < at) {
		at, size = wide, len("：")
	}
	if at < 0 {
		if t := strings.TrimSpace(s); len(t) < longestLabel && (strings.HasPrefix(t, "#") || strings.HasPrefix(t, "**")) {
			name = undress(t)
			return name, "", name != ""
		}
		return "", "", false
	}
	left, value := strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+size:])
	return undress(left), undressValue(left, value), strings.IndexFunc(left, unicode.IsLetter) >= 0
}

// undress is the folded label in what stands before the colon.
func undress(s string) string {
	t := strings.TrimLeft(s, "#>*-+_`~[<(\"'“ \t")
	// The number of a list's item.
	if digits := strings.TrimLeft(t, "0123456789"); digits != t && (strings.HasPrefix(digits, ". ") || strings.HasPrefix(digits, ") ")) {
		t = digits[2:]
	}
	return fold(strings.Trim(t, "#>*-+_`~[]<()\"'“” \t"))
}

// undressValue takes away what belongs to the label: the end of the emphasis
// or quotes that began before it, a heading's closing marks.
func undressValue(left, value string) string {
	if strings.HasPrefix(left, "#") {
		if t := strings.TrimRight(value, "#"); t != value && strings.HasSuffix(t, " ") {
			value = strings.TrimSpace(t)
		}
	}
	lead := strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(left, "#>-+ \t"), "* "), " ")
	for _, mark := range []string{"***", "**", "__", "`", "*", "_"} {
		inner, ok := strings.CutPrefix(lead, mark)
		if !ok {
			continue
		}
		if strings.HasSuffix(inner, mark) {
			return value // closed before the colon
		}
		if t, ok := strings.CutPrefix(value, mark); ok {
			return strings.TrimSpace(t)
		}
		if t, ok := strings.CutSuffix(value, mark); ok && strings.Count(t, mark)%2 == 0 {
			return strings.TrimSpace(t)
		}
		return value
	}
	return value
}
