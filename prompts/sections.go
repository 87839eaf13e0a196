package prompts

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
)

// ModeSections is the mode of a prompt whose posts are written section by section.
const ModeSections = "sections"

// sectionsHead is [sections] of the front matter.
type sectionsHead struct {
	Min       int     `toml:"min"`
	Max       int     `toml:"max"`
	Words     int     `toml:"words"`
	Tolerance float64 `toml:"tolerance"`
}

// What [sections] is where it says nothing.
const (
	usualMin, usualMax = 4, 12
	usualSectionsWords = 3000
	usualTolerance     = 0.1
)

// The bounds of [sections]: a section has words, and a job a bounded number of
// requests.
const (
	mostSections          = 60
	leastWords, mostWords = 200, 100_000
	mostTolerance         = 0.5
)

// parts are the names of the templates of later requests.
var parts = []contract.PartKind{contract.PartSection, contract.PartClosing, contract.PartOpening, contract.PartFields}

// stepWords are what templates can use in mode "sections", beside columns and
// settings.
var stepWords = []string{"outline", "section", "before", "n", "of", "words"}

// readSections fills in the contract of a prompt whose mode is "sections".
func (p *Prompt) readSections(h *head, meta toml.MetaData, front string) error {
	given := meta.IsDefined("sections")
	fail := func(key, hint, format string, args ...any) error {
		return &Error{File: p.Source, Line: lineOfKey(front, toml.Key{key}) + 1, Err: fmt.Errorf(format, args...), hint: hint}
	}
	if h.Mode != ModeSections {
		if given {
			return fail("sections", `mode = "sections"`, "[sections] is set, and mode is not \"sections\"")
		}
		return nil
	}
	s := h.Sections
	for _, one := range []struct {
		key string
		n   *int
		or  int
	}{{"min", &s.Min, usualMin}, {"max", &s.Max, max(usualMax, s.Min)}, {"words", &s.Words, usualSectionsWords}} {
		if !meta.IsDefined("sections", one.key) {
			*one.n = one.or
		}
	}
	if !meta.IsDefined("sections", "tolerance") {
		s.Tolerance = usualTolerance
	}
	for _, name := range stepWords {
		if _, set := h.Vars[name]; set {
			return fail(name, "rename it; the length of a post is words in [sections]", "vars: {{.%s}} has a meaning of its own in mode \"sections\"", name)
		}
	}
	for _, name := range []string{"outline", "section"} {
		if p.tmpl.Lookup(name) == nil {
			return &Error{File: p.Source, Err: fmt.Errorf("mode is \"sections\", and the template %q is missing", name), hint: fmt.Sprintf(`{{define %q}}...{{end}} below the settings`, name)}
		}
	}
	c := &contract.Sections{Min: s.Min, Max: s.Max, Words: s.Words, Tolerance: s.Tolerance,
		Opening: p.tmpl.Lookup("opening") != nil, Closing: p.tmpl.Lookup("closing") != nil}
	if key, hint, err := checkSections(c); err != nil {
		return fail(key, hint, "sections: %w", err)
	}
	p.Contract.Sections = c
	return nil
}

// checkSections returns what is wrong with the bounds of sections, and its key.
func checkSections(s *contract.Sections) (key, hint string, err error) {
	switch {
	case s.Min < 2 || s.Max < s.Min || s.Max > mostSections:
		return "min", fmt.Sprintf("min is at least 2, and max at least min and at most %d", mostSections), fmt.Errorf("min %d and max %d cannot both hold", s.Min, s.Max)
	case s.Words < leastWords || s.Words > mostWords || s.Words < s.Max*leastWords/5:
		return "words", fmt.Sprintf("words is %d to %d, and at least %d for each of max sections", leastWords, mostWords, leastWords/5), fmt.Errorf("a post of %d words cannot have up to %d sections", s.Words, s.Max)
	case !(s.Tolerance >= 0.02 && s.Tolerance <= mostTolerance):
		return "tolerance", "tolerance is 0.02 to 0.5, and usually 0.1", fmt.Errorf("tolerance is %v", s.Tolerance)
	}
	return "", "", nil
}

// finishSections tries the templates of a prompt in sections, and notes what they
// could change.
func (p *Prompt) finishSections() error {
	s := p.Contract.Sections
	if s == nil {
		return nil
	}
	h := sha256.New()
	sample := map[string]any{}
	for _, name := range p.Columns() {
		sample[name] = ""
	}
	ask := Ask{Outline: "## A (1 words)\n- b", Section: contract.Planned{Heading: "A", Points: []string{"b"}, Words: 1}, Before: "text", N: 1, Of: 1, Words: s.Words}
	for _, kind := range append([]contract.PartKind{contract.PartOutline}, parts...) {
		if p.tmpl.Lookup(kind.String()) == nil {
			continue
		}
		text, err := p.execute(kind.String(), ask.over(sample))
		if err != nil {
			return err
		}
		if text == "" {
			return &Error{File: p.Source, Err: fmt.Errorf("the template %q is empty", kind), hint: "write what is to be requested in it, or leave it out"}
		}
		fmt.Fprintf(h, "%s %q\n", kind, p.tmpl.Lookup(kind.String()).Root.String())
	}
	for _, name := range p.Columns() {
		fmt.Fprintf(h, "%s %q\n", name, p.Vars[name])
	}
	s.Asks = hex.EncodeToString(h.Sum(nil))[:16]
	return nil
}

// Ask holds what the template of a request in mode "sections" can use in addition to
// the topic's columns and the settings.
type Ask struct {
	// Outline is the whole outline.
	Outline string
	// Section is the section that is requested. Of an opening or a closing, it has
	// the words.
	Section contract.Planned
	// Before is the text so far, as much as fits.
	Before string
	// N is the section's number, from 1, and Of how many there are.
	N, Of int
	// Words are those of the whole post.
	Words int
}

// over returns the values of a request over those of the topic.
func (a Ask) over(values map[string]any) map[string]any {
	all := make(map[string]any, len(values)+len(stepWords))
	for k, v := range values {
		all[k] = v
	}
	all["outline"], all["before"], all["n"], all["of"], all["words"] = a.Outline, a.Before, a.N, a.Of, a.Words
	all["section"] = map[string]any{"heading": a.Section.Heading, "words": a.Section.Words, "points": a.Section.Points}
	return all
}

// Later returns the columns of a topic that the requests after the first one use, nil
// if there are none. They could change the post, and so are part of a job's identity.
func (p *Prompt) Later(row map[string]string) map[string]string {
	if p.Contract.Sections == nil {
		return nil
	}
	var later map[string]string
	values := p.values(row)
	if n, err := p.wordsFor(row); err == nil && n != p.Contract.Sections.Words {
		later = map[string]string{"words": strconv.Itoa(n)}
	}
	for _, kind := range parts {
		t := p.tmpl.Lookup(kind.String())
		if t == nil {
			continue
		}
		for _, name := range columnsOf(t) {
			if slices.Contains(stepWords, name) {
				continue
			}
			if later == nil {
				later = map[string]string{}
			}
			later[name] = fmt.Sprint(values[name])
		}
	}
	return later
}

// Ask returns the words of a request in mode "sections". later is what Later returned.
func (p *Prompt) Ask(kind contract.PartKind, later map[string]string, a Ask) (string, error) {
	values := map[string]any{}
	for k, v := range later {
		values[k] = v
	}
	text, err := p.execute(kind.String(), a.over(values))
	if err != nil || text != "" || kind != contract.PartFields {
		return text, err
	}
	var labels []string
	for _, f := range p.Contract.Fields {
		labels = append(labels, f.Label)
	}
	return p.Words(contract.RemedyFields, []contract.Problem{{Message: "the post has no header lines yet"}}, labels)
}

// Quotes reports whether the template of a part uses the text so far.
func (p *Prompt) Quotes(kind contract.PartKind) bool {
	t := p.tmpl.Lookup(kind.String())
	return t != nil && slices.Contains(columnsOf(t), "before")
}

// renderOutline adds the request for an outline to the messages that open the
// conversation.
func (p *Prompt) renderOutline(m *llm.Messages, row map[string]string, values map[string]any) error {
	n, err := p.wordsFor(row)
	if err != nil {
		return err
	}
	said, err := p.execute("outline", Ask{Words: n}.over(values))
	m.User = strings.TrimSpace(m.User + "\n\n" + said)
	return err
}

// wordsFor returns the length of a topic's post: the column "words", or the prompt's.
func (p *Prompt) wordsFor(row map[string]string) (int, error) {
	s := *p.Contract.Sections
	cell := strings.TrimSpace(row["words"])
	if cell == "" {
		return s.Words, nil
	}
	n, err := strconv.Atoi(strings.NewReplacer(",", "", " ", "").Replace(cell))
	if err != nil {
		return s.Words, fmt.Errorf("the column words is %q, not a number of words", clip(cell))
	}
	s.Words = n
	if _, _, err := checkSections(&s); err != nil {
		return p.Contract.Sections.Words, fmt.Errorf("the column words: %w", err)
	}
	return n, nil
}

// forTopic sets the words of a contract in sections, and with them the bounds of the
// body that are not set.
func (p *Prompt) forTopic(c *contract.Contract, row map[string]string) {
	if c.Sections == nil {
		return
	}
	s := *c.Sections
	s.Words, _ = p.wordsFor(row) // Render returns the error
	c.Sections = &s
	low, high := s.Bounds(s.Words)
	if c.Body.MinWords == 0 {
		c.Body.MinWords = low
	}
	if c.Body.MaxWords == 0 {
		c.Body.MaxWords = high
	}
}

// errSections is an invalid contract from elsewhere.
var errSections = errors.New("its sections are not those of its text")

// checkWire checks the sections of a contract that comes from elsewhere.
func (p *Prompt) checkWire(c *contract.Contract) error {
	own := p.Contract.Sections
	if (own == nil) != (c.Sections == nil) {
		return errSections
	}
	if own == nil {
		return nil
	}
	if _, _, err := checkSections(c.Sections); err != nil {
		return err
	}
	same := *own
	same.Words = c.Sections.Words
	if same != *c.Sections {
		return errSections
	}
	return nil
}
