package reply

import "strings"

// header reads a line as a header field of the contract: its field, what
// follows the colon, and whether it is one. Decoration around the label
// (heading, list, emphasis marks) is passed over.
func (c *Contract) header(line string) (f *Field, value string, ok bool) {
	name, value, ok := splitLabel(line)
	if !ok {
		return nil, "", false
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		if name == fold(f.Label) {
			return f, value, true
		}
		for _, a := range f.Aliases {
			if name == fold(a) {
				return f, value, true
			}
		}
	}
	return nil, "", false
}

// isBodyLabel tells whether the line is the echoed name of the body, and gives
// what follows it.
func (c *Contract) isBodyLabel(line string) (rest string, ok bool) {
	name, rest, ok := splitLabel(line)
	return rest, ok && c.Body.Label != "" && name == fold(c.Body.Label)
}

const dressing = "#>*-_` \t"

// longestLabel bounds what is looked at before a colon, in bytes.
const longestLabel = 64

func splitLabel(line string) (name, value string, ok bool) {
	at, size := strings.IndexByte(line, ':'), 1
	if wide := strings.Index(line, "："); wide >= 0 && (at < 0 || wide < at) {
		at, size = wide, len("：")
	}
	if at < 0 || at > longestLabel {
		return "", "", false
	}
	name = fold(strings.Trim(line[:at], dressing))
	return name, line[at+size:], name != ""
}

// fold makes labels comparable: letter case and the way words are joined do
// not count.
func fold(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToUpper(s), func(r rune) bool { return r == ' ' || r == '_' || r == '-' }), "_")
}

// exact tells whether the line has the label as the contract writes it.
func exact(line string, f *Field) bool { return strings.HasPrefix(line, f.Label+":") }

// isMarker tells whether a line is an end marker in any dressing.
func (c *Contract) isMarker(line string) bool {
	core := markerCore(line)
	if core == "" {
		return false
	}
	for _, m := range c.End {
		if core == markerCore(m) {
			return true
		}
	}
	return false
}

// markerCore is what is left of a marker without its dressing; "" for a line
// that is too long to be one.
func markerCore(s string) string {
	if len(s) > longestLabel {
		return ""
	}
	return strings.ToLower(strings.Trim(s, "<>/\\[](){}-–—=_*`#|.:!\"' \t"))
}
