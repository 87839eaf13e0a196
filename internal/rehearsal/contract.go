package rehearsal

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

// ForContract returns a model for a prompt of one's own: its good replies meet
// the contract, and about a third of its first replies do not. It leaves out
// the first header line, ends too early, or forgets the end marker, as far as
// the contract minds, and mends each when it is asked to in nightpress's own
// words. Its sentences are about nothing in particular: English words, spelled so
// that they pass for the contract's language.
//
// Name becomes the model's name on the server, after "rehearsal-". An error
// says what of the contract no rehearsal model can write.
func ForContract(name string, c *contract.Contract) (Model, error) {
	m := Model{
		Name:        NameFor(name),
		Description: "writes posts for the prompt " + name + ", and leaves something out of every third",
		Template:    closedTemplate,
		Parameters:  maps.Clone(parameters),
	}
	if c.Sections != nil {
		ch, err := longChain(c)
		if err != nil {
			return Model{}, fmt.Errorf("a rehearsal model for the prompt %s: %w", name, err)
		}
		m.Description = "writes posts in sections for the prompt " + name + ", with something wrong in every tenth section"
		m.Template, m.build = sectionsTemplate, func() *chain { return ch }
		return m, nil
	}
	w := newWriter(c)
	passages, err := w.write()
	if err != nil {
		return Model{}, fmt.Errorf("a rehearsal model for the prompt %s: %w", name, err)
	}
	m.build = func() *chain { return passages.chain(c) }
	return m, nil
}

// NameFor returns the name of the model for a prompt.
func NameFor(prompt string) string { return prefix + prompt }

// prefix begins the names of all rehearsal models.
const prefix = "rehearsal-"

// IsName reports whether a name is that of a rehearsal model.
func IsName(model string) bool { return strings.HasPrefix(model, prefix) }

// passages are the stretches of a reply that a writer has drawn up.
type passages struct {
	// fields holds the header lines with their alternatives.
	fields [][]string
	// sections holds the body's paragraphs. The first of each section has its
	// heading.
	sections [][]slot
}

// chain links the passages to a chain, and works the faults into it.
func (p passages) chain(c *contract.Contract) *chain {
	ch := newChain()
	ends := end
	if len(c.End) > 0 {
		marker := ch.add("\n\n" + c.End[0])
		ch.link([]int{marker}, end, "")
		ends = []int{marker}
	}
	var fields []part
	b := book{}
	for i, alternatives := range p.fields {
		b["field"] = []slot{alternatives}
		lead := "\n"
		if i == 0 {
			lead = ""
		}
		fields = append(fields, ch.passage(b, "field", lead))
	}
	var sections []part
	for i, slots := range p.sections {
		b["section"] = slots
		lead := "\n\n"
		if i == 0 && len(fields) == 0 {
			lead = ""
		}
		sections = append(sections, ch.passage(b, "section", lead))
	}
	all := slices.Concat(fields, sections)
	for i := 1; i < len(all); i++ {
		ch.link(all[i-1].out, all[i].in, "")
	}
	ch.link(start, all[0].in, "")
	ch.link(all[len(all)-1].out, ends, "")
	p.faults(ch, c, fields, sections, ends)
	ch.close()
	return ch
}

// faults makes the chain fail in the ways that the contract minds, each in
// about one reply of nine.
func (p passages) faults(ch *chain, c *contract.Contract, fields, sections []part, ends []int) {
	last := sections[len(sections)-1]
	if len(fields) > 1 && !c.Fields[0].Optional {
		ch.link(start, fields[1].in[:1], "no "+c.Fields[0].Key)
		ch.notice(cueFields, fields[len(fields)-1].out, end)
	}
	if len(sections) > 1 && (c.Body.MinWords > 0 || c.Body.MinHeadings > 0) {
		seldom(ch, sections[0].out[:1], sections[1].in[:1], ends, "ends early")
		ch.notice(cueExtend, start, sections[1].in)
	}
	if len(c.End) > 0 {
		seldom(ch, last.out[:1], ends, end, "no marker")
		ch.notice(cueFinish, start, ends)
	}
}

// seldom lets to, over a fault, follow from one time for four times that usual
// does. From is linked to usual once already.
func seldom(ch *chain, from, usual, to []int, fault string) {
	for range 3 {
		ch.link(from, usual, "")
	}
	ch.link(from, to, fault)
}
