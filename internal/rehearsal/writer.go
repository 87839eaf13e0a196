package rehearsal

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
)

// writer draws up the text of a model for a contract: the same text for the
// same contract. No two chunks are alike, because a chunk is a state.
type writer struct {
	contract *contract.Contract
	words    book
	random   *rand.Rand
	used     map[string]bool
	spelling spelling
}

// The size of what is written where the contract leaves it open.
const (
	usualWords    = 120 // of a body
	usualText     = 40  // characters of a field
	usualItems    = 3   // of a list
	sectionWords  = 90  // of a section
	mostSentences = 900 // in a body; more makes a model of tens of megabytes
	alternates    = 8   // of a header line
	mostTries     = 2000
)

func newWriter(c *contract.Contract) *writer {
	spelling, _ := spellingFor(c.Language) // Lacks says where there is none
	return &writer{
		contract: c, words: openBook(), used: map[string]bool{},
		random: rand.New(rand.NewPCG(1, 1)), spelling: spelling,
	}
}

func (w *writer) write() (p passages, err error) {
	for _, f := range w.contract.Fields {
		lines, err := w.field(f)
		if err != nil {
			return p, err
		}
		p.fields = append(p.fields, lines)
	}
	p.sections, err = w.body(w.contract.Body)
	return p, err
}

// pick draws a word of a kind.
func (w *writer) pick(kind string) string {
	s := w.words[kind][0]
	return w.spelling.of(kind, strings.TrimSpace(s[w.random.IntN(len(s))]), w.random, w.words["nouns"][0])
}

// fresh draws texts until one is neither used nor forbidden.
func (w *writer) fresh(draw func() string) (string, error) {
	for range mostTries {
		text := draw()
		if !w.used[text] && !w.forbidden(text) {
			w.used[text] = true
			return text, nil
		}
	}
	return "", fmt.Errorf("the contract leaves too few wordings, or forbids them all")
}

func (w *writer) forbidden(text string) bool {
	return slices.ContainsFunc(w.contract.Body.Forbid, func(r contract.Rule) bool {
		find, err := r.Matcher()
		return err == nil && find(text) >= 0
	})
}

// field returns alternatives of a header line.
func (w *writer) field(f contract.Field) (lines []string, err error) {
	for range alternates {
		line, err := w.fresh(func() string { return f.Label + ": " + w.value(f) })
		if err != nil && len(lines) > 0 {
			// A short list of values yields few lines.
			return lines, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the field %s: %w", f.Key, err)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (w *writer) value(f contract.Field) string {
	if f.Kind == contract.List {
		return strings.Join(w.items(f), ", ")
	}
	if len(f.OneOf) > 0 {
		return f.OneOf[w.random.IntN(len(f.OneOf))]
	}
	return w.text(f.Min, f.Max)
}

// items returns distinct items of a list.
func (w *writer) items(f contract.Field) []string {
	n := max(usualItems, f.Min)
	if f.Max > 0 {
		n = min(n, f.Max)
	}
	if len(f.OneOf) > 0 {
		all := slices.Clone(f.OneOf)
		w.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		return all[:min(n, len(all))]
	}
	var items []string
	for len(items) < n {
		item := w.pick("adjectives") + " " + w.pick("nouns")
		if !slices.Contains(items, item) {
			items = append(items, item)
		}
	}
	return items
}

// text returns a phrase of low to high characters; a high of 0 is no bound.
func (w *writer) text(low, high int) string {
	if high == 0 {
		high = max(low, usualText) + usualText
	}
	aim := min(max(low, usualText), high)
	text := "Notes on " + w.pick("adjectives") + " " + w.pick("nouns")
	if high < utf8.RuneCountInString(text) {
		text = w.pick("nouns")
	}
	for utf8.RuneCountInString(text) < aim {
		more := " and " + w.pick("adjectives") + " " + w.pick("nouns")
		if utf8.RuneCountInString(text+more) > high {
			break
		}
		text += more
	}
	for utf8.RuneCountInString(text) < low {
		text += "s"
	}
	r := []rune(text)
	return strings.TrimSpace(string(r[:min(len(r), high)]))
}

// body returns the sections of a body that has enough words and headings
// whichever alternatives are taken.
func (w *writer) body(b contract.Body) (sections [][]slot, err error) {
	want := max(usualWords, b.MinWords+b.MinWords/10)
	if b.MaxWords > 0 {
		want = min(want, max(b.MinWords, b.MaxWords*9/10))
	}
	headings := b.MinHeadings
	if headings == 0 && want >= 2*sectionWords {
		headings = want / sectionWords
	}
	parts := max(headings+1, 1)
	if want/10 > mostSentences {
		return nil, fmt.Errorf("a body of %d words is too long for it", want)
	}
	required, err := w.required()
	if err != nil {
		return nil, err
	}
	written := 0
	for _, text := range required {
		written += count(text)
	}
	for i := range parts {
		var section []slot
		if i > 0 {
			heading, err := w.fresh(func() string { return "## The " + w.pick("adjectives") + " " + w.pick("nouns") })
			if err != nil {
				return nil, err
			}
			section = append(section, slot{heading})
			written += 3
		}
		text, n, err := w.sentences(max(want-written, 0)/(parts-i), i > 0)
		if err != nil {
			return nil, err
		}
		sections, written = append(sections, append(section, text...)), written+n
	}
	last := &sections[len(sections)-1]
	for _, text := range required {
		*last = append(*last, slot{"\n\n" + text})
	}
	return sections, nil
}

// sentences returns at least n words and at most three more. A first chunk
// below a heading begins a paragraph.
func (w *writer) sentences(n int, below bool) (slots []slot, words int, err error) {
	for words < n || words == 0 {
		lead := " "
		switch {
		case len(slots) == 0 && below, len(slots) > 0 && len(slots)%12 == 0:
			lead = "\n\n"
		case len(slots) == 0:
			lead = ""
		}
		chunks := w.sentence
		if left := max(n-words, 1); left < 14 {
			chunks = func() []string { return []string{w.exactly(left)} }
		}
		s, count, err := w.distinct(chunks)
		if err != nil {
			return nil, 0, err
		}
		for i := range s {
			for j := range s[i] {
				if i == 0 {
					s[i][j] = lead + s[i][j]
				} else {
					s[i][j] = " " + s[i][j]
				}
			}
		}
		slots, words = append(slots, s...), words+count
	}
	return slots, words, nil
}

// distinct draws a sentence in two wordings with as many words each.
func (w *writer) distinct(draw func() []string) (slots []slot, words int, err error) {
	for range mostTries {
		a, b := draw(), draw()
		slots, words = nil, 0
		for i := range a {
			if w.used[a[i]] || w.used[b[i]] || a[i] == b[i] || count(a[i]) != count(b[i]) {
				break
			}
			slots = append(slots, slot{a[i], b[i]})
			words += count(a[i])
		}
		if len(slots) < len(a) || w.forbidden(strings.Join(a, " ")) || w.forbidden(strings.Join(b, " ")) {
			continue
		}
		for i := range a {
			w.used[a[i]], w.used[b[i]] = true, true
		}
		return slots, words, nil
	}
	return nil, 0, fmt.Errorf("the contract leaves too few wordings, or forbids them all")
}

func count(text string) int { return len(strings.Fields(text)) }

// sentence draws one in three chunks: a subject, what it does, and how.
func (w *writer) sentence() []string {
	subject := w.pick("openers") + " " + w.pick("adjectives") + " " + w.pick("nouns")
	does := w.pick("adverbs") + " " + w.pick("verbs") + " " + w.pick("objects")
	how := w.pick("places") + " " + w.pick("adjectives") + " " + w.pick("nouns")
	if w.random.IntN(2) == 0 {
		return []string{capital(how) + ",", uncapital(subject), does + "."}
	}
	return []string{subject, does, how + "."}
}

// exactly draws a sentence of n words.
func (w *writer) exactly(n int) string {
	words := []string{w.pick("openers")}
	for len(words) < n-1 {
		words = append(words, w.pick("adjectives"))
	}
	if n > 1 {
		words = append(words, w.pick("nouns"))
	}
	return strings.Join(words, " ") + "."
}
