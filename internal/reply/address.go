package reply

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

var (
	// web matches an address of the web in running text.
	web = lazy(`(?i)\b(?:https?://|www\.)[^\s<>"'` + "`" + `\\]+`)
	// named matches a text that can be an address without its scheme.
	named = lazy(`(?i)\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d+)?(?:/[^\s<>"'` + "`" + `\\]*)?`)
	// pointed matches a link or a picture whose description has no brackets; its
	// text may be on several lines.
	pointed = lazy(`(!?)\[([^\[\]]*)\]\(\s*<?([^()\s<>]*(?:\([^()\s<>]*\)[^()\s<>]*)*)>?(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)`)
	// angled matches an address in angle brackets.
	angled = lazy(`(?i)<((?:https?://|mailto:|www\.)[^\s<>]+)>`)
	// defined matches the definition of a link that other lines refer to.
	defined = lazy(`(?m)^ {0,3}\[([^\[\]\n]+)\]:[ \t]*<?([^\s<>]+)>?[^\n]*$`)
	// anchored matches a link in HTML, and pictureTag a picture.
	anchored   = lazy(`(?is)<a\s[^<>]*?href\s*=\s*["']?([^"'\s<>]+)["']?[^<>]*>(.*?)</a\s*>`)
	pictureTag = lazy(`(?is)<img\s[^<>]*?src\s*=\s*["']?([^"'\s<>]+)["']?[^<>]*>`)
)

// Addresses returns the addresses in texts, in a form in which they can be compared.
func Addresses(texts ...string) (all []string) {
	seen := map[string]bool{}
	for _, text := range texts {
		for _, pattern := range []*regexp.Regexp{web(), named()} {
			for _, s := range pattern.FindAllString(text, -1) {
				if s = sameAddress(withoutTail(s)); !seen[s] {
					seen[s] = true
					all = append(all, s)
				}
			}
		}
	}
	return all
}

// withoutTail is an address without the punctuation that follows it in a sentence.
func withoutTail(s string) string {
	for s != "" {
		switch last := s[len(s)-1]; {
		case strings.IndexByte(".,;:!?*_'\"", last) >= 0:
		case last == ')' && strings.Count(s, ")") > strings.Count(s, "("):
		case last == ']' && strings.Count(s, "]") > strings.Count(s, "["):
		default:
			return s
		}
		s = s[:len(s)-1]
	}
	return s
}

// sameAddress is an address without its scheme, "www.", fragment, and last slash,
// and with its host in lower case.
func sameAddress(s string) string {
	if at := strings.Index(s, "://"); at >= 0 {
		s = s[at+3:]
	}
	s, _, _ = strings.Cut(s, "#")
	host, path, _ := strings.Cut(s, "/")
	return strings.TrimRight(strings.TrimPrefix(strings.ToLower(host), "www.")+"/"+path, "/")
}

// addresses removes links to addresses that neither the prompt nor the topic's row
// holds, or finds them.
func (j *judgement) addresses() {
	given := j.c.Given
	if j.c.Body.URLs != contract.FromTopic || given == nil {
		return
	}
	a := addressCheck{known: map[string]bool{}, require: j.c.Body.Require}
	for _, s := range given.Addresses {
		a.known[s] = true
	}
	a.dropDefinitions(j.body)
	for i := 0; i < len(j.body); {
		from := i
		for i < len(j.body) && !j.body[i].code {
			i++
		}
		a.paragraphs(j.body[from:i], j.c.Body.UnknownURLs != contract.RejectURLs && !j.onFile)
		for i < len(j.body) && j.body[i].code {
			i++
		}
	}
	switch {
	case len(a.found) == 0:
	case j.onFile || j.c.Body.UnknownURLs == contract.RejectURLs:
		j.problem(contract.ProblemURLUnknown, a.line, fmt.Sprintf("the post has an address that neither the prompt nor the topic has: %s", clip(a.found[0])), askForAddresses(given.Addresses))
	default:
		j.repair(contract.RepairURLUnlinked, a.line)
		j.tidy()
	}
}

// mostNamed is how many addresses an instruction names.
const mostNamed = 5

func askForAddresses(known []string) string {
	if len(known) == 0 {
		return "use no addresses and no links"
	}
	return "use no other addresses than " + strings.Join(known[:min(len(known), mostNamed)], ", ")
}

// addressCheck looks for addresses that are not known.
type addressCheck struct {
	known   map[string]bool
	require []contract.Rule
	// dropped are the names of definitions whose address is not known.
	dropped map[string]bool
	found   []string
	line    int
}

// isKnown reports whether a post may have an address: it is given, or a rule asks for
// it, or it leads to a place in the post itself.
func (a *addressCheck) isKnown(address string) bool {
	if address == "" || strings.HasPrefix(address, "#") || a.known[sameAddress(withoutTail(address))] {
		return true
	}
	return slices.ContainsFunc(a.require, func(r contract.Rule) bool {
		find, err := r.Matcher()
		return err == nil && find(address) >= 0
	})
}

// unknown notes an address at a line.
func (a *addressCheck) unknown(address string, line int) {
	if len(a.found) == 0 {
		a.line = line
	}
	a.found = append(a.found, address)
}

// dropDefinitions notes the definitions whose addresses are not known.
func (a *addressCheck) dropDefinitions(body []line) {
	a.dropped = map[string]bool{}
	for _, l := range body {
		if l.code || !strings.Contains(l.text, "]:") {
			continue
		}
		if m := defined().FindStringSubmatch(l.text); m != nil && !strings.HasPrefix(m[1], "^") && !a.isKnown(m[2]) {
			a.dropped[strings.ToLower(m[1])] = true
		}
	}
}

// paragraphs checks lines without code. It takes the links away where unlink is set:
// the text of a link stays, and so does an address that stands as text, as code.
func (a *addressCheck) paragraphs(lines []line, unlink bool) {
	was := make([]string, len(lines))
	for i, l := range lines {
		was[i] = l.text
	}
	text := strings.Join(was, "\n")
	if !strings.ContainsAny(text, "[<:") && !strings.Contains(text, "www.") && !strings.Contains(text, "WWW.") {
		return
	}
	text = a.replace(text, lines)
	if !unlink {
		return
	}
	for i, s := range strings.Split(text, "\n") {
		if s != was[i] {
			s = strings.TrimRight(s, " \t")
			lines[i].text, lines[i].words = s, words(s)
		}
	}
}

// replace is a text without the links to addresses that are not known. It has as many
// lines.
func (a *addressCheck) replace(text string, lines []line) string {
	each := func(pattern *regexp.Regexp, address int, instead func(m []string) string) {
		spans := codeSpans(text)
		var b strings.Builder
		last := 0
		for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
			m := make([]string, len(at)/2)
			for i := range m {
				if at[2*i] >= 0 {
					m[i] = text[at[2*i]:at[2*i+1]]
				}
			}
			if spans.has(at[0]) || a.isKnown(m[address]) {
				continue
			}
			n := strings.Count(text[:at[0]], "\n")
			a.unknown(m[address], lines[n].raw)
			with := instead(m)
			b.WriteString(text[last:at[0]] + with + strings.Repeat("\n", strings.Count(m[0], "\n")-strings.Count(with, "\n")))
			last = at[1]
		}
		if last > 0 {
			text = b.String() + text[last:]
		}
	}
	each(pictureTag(), 1, func([]string) string { return "" })
	// A picture may be the text of a link.
	for range 2 {
		each(pointed(), 3, func(m []string) string { return m[2] })
	}
	each(anchored(), 1, func(m []string) string { return m[2] })
	each(defined(), 2, func(m []string) string {
		if strings.HasPrefix(m[1], "^") {
			return m[0] // a footnote
		}
		return ""
	})
	for name := range a.dropped {
		text = withoutReferences(text, name)
	}
	each(angled(), 1, func(m []string) string { return "`" + m[1] + "`" })
	bare := inText()
	each(bare, 2, func(m []string) string {
		address := withoutTail(m[2])
		return m[1] + "`" + address + "`" + m[2][len(address):]
	})
	return text
}

// inText matches an address that stands as text, and what stands before it.
var inText = lazy(`(?i)(^|[\s*_~(\[{,;:"'“])((?:https?://|www\.)[^\s<>"'` + "`" + `\\]+)`)

// withoutReferences is a text without the links to a definition.
func withoutReferences(text, name string) string {
	quoted := regexp.QuoteMeta(name)
	full := regexp.MustCompile(`(?i)!?\[([^\[\]]*)\]\[` + quoted + `\]`)
	short := regexp.MustCompile(`(?i)!?\[(` + quoted + `)\](?:\[\])?`)
	return short.ReplaceAllString(full.ReplaceAllString(text, "$1"), "$1")
}

// spans are ranges of a text, in order.
type spans [][2]int

// has reports whether an offset is in one of the ranges.
func (s spans) has(at int) bool {
	i, found := slices.BinarySearchFunc(s, at, func(r [2]int, at int) int { return r[0] - at })
	return found || i > 0 && at < s[i-1][1]
}

// codeSpans are the spans of code in a text of paragraphs.
func codeSpans(text string) (all spans) {
	for at := 0; ; {
		from := strings.IndexByte(text[at:], '`')
		if from < 0 {
			return all
		}
		from += at
		size := 1
		for from+size < len(text) && text[from+size] == '`' {
			size++
		}
		end := closesSpan(text[from+size:], size)
		if end < 0 {
			at = from + size
			continue
		}
		at = from + size + end
		all = append(all, [2]int{from, at})
	}
}

// closesSpan is the offset after the run of this many backticks, in the same paragraph,
// or -1.
func closesSpan(s string, size int) int {
	if end := strings.Index(s, "\n\n"); end >= 0 {
		s = s[:end]
	}
	for at := 0; at < len(s); {
		i := strings.IndexByte(s[at:], '`')
		if i < 0 {
			return -1
		}
		i += at
		n := 1
		for i+n < len(s) && s[i+n] == '`' {
			n++
		}
		if at = i + n; n == size {
			return at
		}
	}
	return -1
}
