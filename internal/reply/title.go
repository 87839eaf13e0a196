package reply

import "strings"

// title is the value of the first field so far.
func (r *Reader) title() string {
	if len(r.fields) == 0 {
		return ""
	}
	return r.fields[0].text
}

// repeatsTitle reports whether a line is a heading that says the first field's
// value again.
func (r *Reader) repeatsTitle(t string) bool {
	level := heading(t)
	return (level == 1 || level == 2) && sameText(strings.Trim(t, "# "), r.title())
}

// longestTitle is the longest text that is compared with another, in bytes, so
// that a title without end costs nothing at each line that follows it.
const longestTitle = 1 << 10

// sameText compares two texts by their letters and digits, whatever their case.
func sameText(a, b string) bool {
	if len(a) > longestTitle || len(b) > longestTitle {
		return false
	}
	key := func(s string) string {
		return strings.Map(func(c rune) rune {
			if letterOrDigit(c) {
				return c
			}
			return -1
		}, strings.ToLower(s))
	}
	a = key(a)
	return a != "" && a == key(b)
}
