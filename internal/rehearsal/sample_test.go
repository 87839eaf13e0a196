package rehearsal

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// maxChunks is where a sampled reply is broken off. The longest reply that
// ends by itself has far fewer.
const maxChunks = 600

// sampled is a reply as a chain writes it when it is followed step by step.
type sampled struct {
	chunks []string
	faults []string // met on the way, in order
	ended  bool     // by the model itself
}

// text returns what a client sees of the reply.
func (s sampled) text() string { return strings.Join(s.chunks, "") }

// sample follows a chain from the start of a reply.
func (c *chain) sample(r *rand.Rand) sampled {
	var s sampled
	at := stateAssistant
	for len(s.chunks) < maxChunks {
		next := c.states[at].next
		e := next[r.IntN(len(next))]
		if e.fault != "" {
			s.faults = append(s.faults, e.fault)
		}
		if at = e.to; at == stateEnd {
			s.ended = true
			return s
		}
		s.chunks = append(s.chunks, c.states[at].text)
	}
	return s
}

var (
	thoughts = regexp.MustCompile(`^<think>\n[^<]*\n</think>\n\n`)
	dressing = regexp.MustCompile("^(?:[^\n]*:\n\n|```markdown\n)")
	bold     = regexp.MustCompile(`^\*\*(?i:title):\*\*`)
	wellMade = regexp.MustCompile(`^TITLE: ([^\n]+)\nMETA_DESCRIPTION: ([^\n]{50,200})\nTAGS: ([^\n]+)\nCATEGORIES: ([^\n]+)\n\n`)
)

// wellFormed judges a whole reply by simple checks of its own, with the
// dressings taken off that cost a reader no second request.
func wellFormed(text string) bool {
	whole, ended := strings.CutSuffix(text, "\n\n</EndOFText>")
	if !ended {
		whole, ended = strings.CutSuffix(text, "\n\n-EndOfText-")
	}
	if !ended {
		return false
	}
	text = whole
	text = thoughts.ReplaceAllString(text, "")
	text = dressing.ReplaceAllString(text, "")
	text = bold.ReplaceAllString(text, "TITLE:")
	head := wellMade.FindStringSubmatch(text)
	if head == nil || head[1] == "POST_TITLE" {
		return false
	}
	known := strings.Split(strings.TrimSpace(categories), "\n")
	for c := range strings.SplitSeq(head[4], ", ") {
		if !slices.Contains(known, c) {
			return false
		}
	}
	body := text[len(head[0]):]
	return len(strings.Fields(body)) >= 600 &&
		strings.Count(body, "\n## ") >= 4 &&
		strings.Count(body, "\n```")%2 == 0
}
