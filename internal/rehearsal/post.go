package rehearsal

import "slices"

// part is a stretch of a chain: the states that it may begin with, those that
// it may end with, and its slots in order.
type part struct {
	in, out []int
	slots   [][]int
}

// passage adds a passage of the book to the chain. Lead goes before the text
// of its first slot.
func (c *chain) passage(b book, name, lead string) part {
	slots := b[name]
	if len(slots) == 0 {
		panic("rehearsal: no passage " + name)
	}
	var p part
	for i, s := range slots {
		var ids []int
		for _, text := range s {
			if i == 0 {
				text = lead + text
			}
			ids = append(ids, c.add(text))
		}
		if i == 0 {
			p.in = ids
		} else {
			c.link(p.out, ids, "")
		}
		p.out, p.slots = ids, append(p.slots, ids)
	}
	return p
}

// post is a chain that writes well-formed posts and the places where faults
// can be worked into it.
type post struct {
	*chain
	book        book
	title       part
	description part
	tags        part
	categories  part
	opening     part
	sections    [5][2]part // one of each pair is written
	closing     part
	marker      int
}

// newPost builds a chain whose every reply is well-formed: the header lines,
// an opening, five sections in order, each in one of two versions, a
// conclusion, and the end marker. The states of a slot know their position, so
// no reply can be short.
func newPost(b book) *post {
	p := &post{chain: newChain(), book: b}
	p.head()
	p.body()
	p.link(p.categories.out, p.opening.in, "")
	return p
}

// head builds the header lines, with one to three categories.
func (p *post) head() {
	p.title = p.passage(p.book, "title", "")
	p.description = p.passage(p.book, "description", "\n")
	p.tags = p.passage(p.book, "tags", "\n")
	first := p.passage(p.book, "categories", "\n")
	second := p.passage(p.book, "second category", "")
	third := p.passage(p.book, "third category", "")
	p.link(p.title.out, p.description.in, "")
	p.link(p.description.out, p.tags.in, "")
	p.link(p.tags.out, first.in, "")
	p.link(first.out, second.in, "")
	p.link(second.out, third.in, "")
	p.categories = part{
		in:    first.in,
		out:   slices.Concat(first.out, second.out, third.out),
		slots: [][]int{first.in, second.in, third.in},
	}
}

func (p *post) body() {
	p.opening = p.passage(p.book, "opening", "\n\n")
	before := p.opening.out
	for i, name := range [...]string{"first", "second", "third", "fourth", "fifth"} {
		p.sections[i] = [2]part{
			p.passage(p.book, name+" a", "\n\n"),
			p.passage(p.book, name+" b", "\n\n"),
		}
		p.link(before, p.sectionIn(i), "")
		before = p.sectionOut(i)
	}
	p.closing = p.passage(p.book, "closing", "\n\n")
	p.link(before, p.closing.in, "")
	p.marker = p.add("\n\n</EndOFText>")
	p.link(p.closing.out, []int{p.marker}, "")
	p.link([]int{p.marker}, []int{stateEnd}, "")
}

// sectionIn returns the states with which section i may begin.
func (p *post) sectionIn(i int) []int {
	return slices.Concat(p.sections[i][0].in, p.sections[i][1].in)
}

// sectionOut returns the states with which section i may end.
func (p *post) sectionOut(i int) []int {
	return slices.Concat(p.sections[i][0].out, p.sections[i][1].out)
}
