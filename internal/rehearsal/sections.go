package rehearsal

import (
	"encoding/json"
	"fmt"

	"github.com/nightpress/nightpress/internal/contract"
)

// sectionsTemplate shows the last message, and of the earlier ones the sections alone:
// a heading that is named in it is then that of the section that is requested. Every
// reply but the first begins with <|next|>. Messages are a system message, if there is
// one, the first request, the outline, and the later requests with their replies.
const sectionsTemplate = `{{- range $i, $_ := .Messages }}
{{- $last := eq (len (slice $.Messages $i)) 1 -}}
<|{{ .Role }}|>
{{- if or $last (eq .Role "system") (and (eq .Role "assistant") (gt $i 2)) }}{{ .Content }}{{ end }}</s>
{{- end }}<|assistant|>
{{- if gt (len .Messages) 2 }}` + nextReply + `{{ end }}`

const (
	nextReply = "<|next|>"
	// usualSection is the length of a section, in words, as far as the contract
	// leaves it open.
	usualSection = 450
	// beginnings is in how many ways a section begins.
	beginnings = 12
	// rambling is how many words a section has that runs on.
	rambling = 300
)

// longWriter draws up the text of a model for a contract in sections.
type longWriter struct {
	*writer
	*chain
	next     int // begins every reply but the first
	sections []longSection
	fields   []part
}

// longSection is a section of the outline and its text.
type longSection struct {
	heading string
	words   int
	points  []string
	// heads begin it with its heading, and bare without. text is what follows.
	heads, bare []int
	text        [][]int
}

// longChain returns a chain that writes an outline at first, the section whose heading
// is in its prompt, or an opening. Now and then it writes no outline, forgets a
// heading, writes the section before once more, runs on, stops early, or leaves the
// first header line out.
func longChain(c *contract.Contract) (*chain, error) {
	w := &longWriter{writer: newWriter(c), chain: newChain()}
	w.next = w.add(nextReply)
	w.states[w.next].given = true
	s := c.Sections
	n := min(max(s.Budget()/usualSection, s.Min), s.Max)
	w.sections = make([]longSection, n)
	for i := range w.sections {
		w.sections[i].words = s.Budget() / n
		if err := w.plan(&w.sections[i]); err != nil {
			return nil, err
		}
	}
	for _, write := range []func() error{w.outline, w.write, w.edges, w.head} {
		if err := write(); err != nil {
			return nil, err
		}
	}
	w.atOnce()
	w.close()
	return w.chain, nil
}

func (w *longWriter) plan(s *longSection) (err error) {
	if s.heading, err = w.fresh(func() string { return "Why the " + w.pick("nouns") + " is " + w.pick("adjectives") }); err != nil {
		return err
	}
	for range 2 {
		point, err := w.fresh(func() string { return "how " + w.pick("adjectives") + " " + w.pick("nouns") + " helps" })
		if err != nil {
			return err
		}
		s.points = append(s.points, point)
	}
	return nil
}

// outline is the first reply: as text, as an object where the server holds the model
// to one, or one time in eight none at all.
func (w *longWriter) outline() error {
	type planned struct {
		Heading string   `json:"heading"`
		Words   int      `json:"words"`
		Points  []string `json:"points"`
	}
	var blocks []string
	var object struct {
		Sections []planned `json:"sections"`
	}
	for _, s := range w.sections {
		blocks = append(blocks, fmt.Sprintf("## %s (%d words)\n- %s\n- %s", s.heading, s.words, s.points[0], s.points[1]))
		object.Sections = append(object.Sections, planned{s.heading, s.words, s.points})
	}
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	before := start
	for i, b := range blocks {
		lead := "\n\n"
		if i == 0 {
			lead = ""
		}
		id := []int{w.add(lead + b)}
		for range map[bool]int{true: 7, false: 1}[i == 0] {
			w.link(before, id, "")
		}
		before = id
	}
	w.link(before, end, "")
	none := w.add("This is a wonderful subject, and there is much to say about it.")
	w.link(start, []int{none}, "no outline")
	w.hint(start, []int{w.add(string(text))})
	return nil
}

// write adds the sections and what goes wrong with them.
func (w *longWriter) write() error {
	ramble, err := w.lines(rambling, "\n\n")
	if err != nil {
		return err
	}
	w.chainUp(ramble)
	for i := range w.sections {
		s := &w.sections[i]
		for range beginnings {
			first, err := w.fresh(w.line)
			if err != nil {
				return err
			}
			s.heads = append(s.heads, w.add("## "+s.heading+"\n\n"+first))
			if len(s.bare) < 2 {
				s.bare = append(s.bare, w.add(first))
			}
		}
		if s.text, err = w.lines(s.words-15, " "); err != nil {
			return err
		}
		w.link(s.heads, s.text[0], "")
		w.link(s.bare, s.text[0], "")
		w.chainUp(s.text)
		last, middle := s.text[len(s.text)-1], len(s.text)*2/5
		for range 4 {
			w.link(last[:1], end, "")
			w.link(s.text[middle][:1], s.text[middle+1], "")
		}
		w.link(last[1:], end, "")
		w.link(last[:1], ramble[0][:1], "runs on")
		w.link(s.text[middle][:1], end, "stops early")
		next := []int{w.next}
		w.notice(s.heading, next, s.heads)
		w.notice(`the section "`+s.heading+`" from`, next, s.text[middle+1])
		called := &w.cues[len(w.cues)-2].calls
		*called = append(*called, s.bare[0]) // forgets the heading
		w.hint(next, s.bare)
		if i > 0 {
			// The section before once more, under its own heading or without.
			*called = append(*called, w.sections[i-1].heads[0], w.sections[i-1].bare[1])
		}
	}
	return nil
}

// edges adds what stands above or below the sections.
func (w *longWriter) edges() error {
	text, err := w.lines(w.contract.Sections.Edge(), "")
	if err != nil {
		return err
	}
	w.link([]int{w.next}, text[0], "")
	w.chainUp(text)
	w.link(text[len(text)-1], end, "")
	return nil
}

// head adds the header lines. One time in nine the first is left out.
func (w *longWriter) head() error {
	var lines []part
	for i, f := range w.contract.Fields {
		all, err := w.field(f)
		if err != nil {
			return err
		}
		lead := "\n"
		if i == 0 {
			lead = ""
		}
		lines = append(lines, w.passage(book{"field": []slot{all}}, "field", lead))
		if i > 0 {
			w.link(lines[i-1].out, lines[i].in, "")
		}
	}
	w.fields = lines
	if len(lines) == 0 {
		return nil
	}
	calls := lines[0].in
	if len(lines) > 1 {
		calls = append(calls[:len(calls):len(calls)], lines[1].in[0])
	}
	w.notice(cueFields, []int{w.next}, calls)
	w.link(lines[len(lines)-1].out, end, "")
	return nil
}

// cueAtOnce has the model write the whole post in its first reply.
const cueAtOnce = "the whole post in one reply"

// atOnce leads from the header lines to the first section, and from each section to the
// next, with what may be wrong with it.
func (w *longWriter) atOnce() {
	var calls []int
	lead := func(from, to []int) {
		w.hint(from, to)
		calls = append(calls, to...)
	}
	before := start
	if n := len(w.fields); n > 0 {
		lead(before, w.fields[0].in)
		before = w.fields[n-1].out
	}
	for i := range w.sections {
		s := &w.sections[i]
		to := append([]int{w.blank(s.bare[0])}, w.blanks(s.heads)...)
		if i > 0 {
			b := &w.sections[i-1]
			to = append(to, w.blank(b.heads[0]), w.blank(b.bare[1]))
		}
		lead(before, to)
		before = s.text[len(s.text)-1]
	}
	w.cues = append(w.cues, cue{cueAtOnce, calls})
}

// blank returns the state that writes the same below an empty line, and is followed by
// the same.
func (w *longWriter) blank(id int) int {
	text := "\n\n" + w.states[id].text
	if known, ok := w.ids[text]; ok {
		return known
	}
	below := w.add(text)
	w.states[below].next = w.states[id].next
	return below
}

func (w *longWriter) blanks(ids []int) (all []int) {
	for _, id := range ids {
		all = append(all, w.blank(id))
	}
	return all
}

// lines adds sentences of at least n words, each in two wordings. lead goes before the
// first.
func (w *longWriter) lines(n int, lead string) (lines [][]int, err error) {
	for words := 0; words < n; {
		var ids []int
		for range 2 {
			text, err := w.fresh(w.line)
			if err != nil {
				return nil, err
			}
			words += count(text)
			switch k := len(lines); {
			case k == 0:
				text = lead + text
			case k%6 == 0:
				text = "\n\n" + text
			default:
				text = " " + text
			}
			ids = append(ids, w.add(text))
		}
		words -= lineWords
		lines = append(lines, ids)
	}
	return lines, nil
}

// lineWords is the length of most lines.
const lineWords = 12

// line draws a sentence. Hardly any eight words in a row are in another one as well:
// they have two adjectives and a noun, or two nouns and an adjective.
func (w *longWriter) line() string {
	thing := func() string { return w.pick("adjectives") + " " + w.pick("nouns") }
	return w.pick("openers") + " " + thing() + " " + w.pick("adverbs") + " " + w.pick("verbs") + " the " + thing() + " " + w.pick("places") + " " + thing() + "."
}

// chainUp lets each line follow the one before.
func (w *longWriter) chainUp(lines [][]int) {
	for i := 1; i < len(lines); i++ {
		w.link(lines[i-1], lines[i], "")
	}
}
