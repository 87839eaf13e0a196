package rehearsal

import "slices"

var (
	start = []int{stateAssistant}
	end   = []int{stateEnd}
)

// steady opens every reply with its title and leaves the rest as it is.
func steady(p *post) {
	p.link(start, p.title.in, "")
}

// sloppy fails in the ways of a small model at each stage of a reply, and
// dresses some of its good replies in what a reader can take off.
func sloppy(p *post) {
	p.link(start, p.title.in, "")
	p.sloppyStart()
	p.sloppyHead()
	p.sloppyBody()
	p.sloppyEnd()
}

func (p *post) sloppyStart() {
	bold := p.passage(p.book, "bold title", "")
	fenced := p.passage(p.book, "fenced reply", "")
	preamble := p.passage(p.book, "preamble", "")
	placeholder := p.passage(p.book, "placeholder", "")
	for _, dressed := range []part{bold, fenced, preamble} {
		p.link(start, dressed.in, "")
	}
	p.link(bold.out, p.title.slots[1], "")
	p.link(fenced.out, p.title.slots[1], "")
	p.link(preamble.out, p.title.in, "")
	for _, name := range []string{"refusal", "chatter", "no header"} {
		whole := p.passage(p.book, name, "")
		p.link(start, whole.in, name)
		p.link(whole.out, end, "")
	}
	p.link(start, placeholder.in, "placeholder")
	p.link(placeholder.out, p.description.in, "")
	p.link(start, p.description.in[:1], "no title")
}

func (p *post) sloppyHead() {
	tags := p.passage(p.book, "no description", "\n")
	p.link(p.title.out[:2], tags.in, "no description")
	p.link(tags.out, p.categories.in, "")
	category := p.passage(p.book, "unknown category", "\n")
	p.link(p.tags.out[:1], category.in, "unknown category")
	p.link(category.out, p.opening.in, "")
}

func (p *post) sloppyBody() {
	for i, name := range []string{"short body", "no headings"} {
		body := p.passage(p.book, name, "\n\n")
		first := p.categories.in
		p.link(first[3*i:3*i+3], body.in, name)
		p.link(body.out, []int{p.marker}, "")
	}
	// No fence may follow: its end would close this fence too.
	fence := p.passage(p.book, "open fence", "\n\n")
	p.link(p.sections[4][1].out[:1], fence.in, "open fence")
	p.link(fence.out, p.closing.in, "")
}

func (p *post) sloppyEnd() {
	farewell := p.passage(p.book, "farewell", "\n\n")
	p.link(p.closing.out[:1], farewell.in, "no marker")
	p.link(farewell.out, end, "")
	other := p.passage(p.book, "other marker", "\n\n")
	p.link(p.closing.out[:2], other.in, "")
	p.link(other.out, end, "")
}

// looping falls, between two sections, into a round of two or three chunks
// that nothing leads out of. One chunk alone would not do: the server breaks a
// reply off by itself when 31 equal ones come in a row (ollama v0.17.4,
// llm/server.go:1652).
func looping(p *post) {
	p.link(start, p.title.in, "")
	for i, round := range []struct{ name, lead string }{
		{"sentence loop", " "}, {"list loop", "\n"}, {"heading loop", "\n\n"},
	} {
		r := p.passage(p.book, round.name, round.lead)
		p.link(p.sectionOut(i), r.in, round.name)
		p.link(r.out, r.in, "")
	}
}

// cut stops for good at the end of a section, in the middle of a sentence, or
// with everything written but the marker. Asked to go on from there it does,
// with the same chance of stopping again.
func cut(p *post) {
	p.link(start, p.title.in, "")
	p.link(p.sectionOut(1), end, "after a section")
	p.link(p.sectionOut(3), end, "after a section")
	for _, i := range []int{0, 2, 4} {
		for _, s := range p.sections[i] {
			p.link(s.slots[len(s.slots)/2][:1], end, "inside a paragraph")
		}
	}
	p.link(p.closing.out[:2], end, "no marker")
}

// What the forgetful model notices in its prompt. These are the words with
// which a reply is asked to be mended; they stand in no other prompt.
const (
	cueFields = "Write only these header lines"
	cueFinish = "Go on exactly where it stops"
	cueExtend = "Write further sections that follow on"
)

// forgetful leaves out a header line, writes too little, or forgets the end
// marker, and does what it is asked for to mend that.
func forgetful(p *post) {
	p.link(start, p.title.in, "")
	p.link(start, p.description.in[:6], "no title")
	tags := p.passage(p.book, "no description", "\n")
	p.link(p.title.out[:3], tags.in, "no description")
	p.link(tags.out, p.categories.in, "")
	category := p.passage(p.book, "unknown category", "\n")
	p.link(p.tags.out[:1], category.in, "unknown category")
	p.link(category.out, p.opening.in, "")
	p.link(p.sectionOut(0), []int{p.marker}, "ends early")
	p.link(p.closing.out[:2], end, "no marker")

	p.notice(cueFields, slices.Concat(p.categories.out, category.out), end)
	p.notice(cueFinish, start, []int{p.marker})
	p.notice(cueExtend, start, p.sectionIn(1))
}

// small seldom holds the format. Held to a schema it gives the header fields
// as JSON, and below header lines that are there it writes a good body.
func small(p *post) {
	preamble := p.passage(p.book, "preamble", "")
	p.link(start, preamble.in, "")
	p.link(preamble.out, p.title.in, "")
	for _, name := range []string{"chatter", "no header"} {
		whole := p.passage(p.book, name, "")
		p.link(start, whole.in, name)
		p.link(whole.out, end, "")
	}
	p.link(start, p.description.in, "no title")
	object := p.passage(p.book, "object", "")
	p.hint(start, object.in)
	p.link(object.out, end, "")
	below := p.add("\n\n")
	p.states[below].given = true
	bare := p.passage(p.book, "below the header", "")
	p.link([]int{below}, bare.in, "")
	p.link(bare.out, p.opening.slots[1], "")
}

// thinking writes a think block before its post. Now and then it never comes
// out of it, and now and then it has nothing to say afterwards.
func thinking(p *post) {
	open := []int{p.add(thinkOpen)}
	shut := []int{p.add(thinkShut)}
	thoughts := p.passage(p.book, "thinking", "")
	p.link(start, open, "")
	p.link(open, thoughts.in, "")
	p.link(thoughts.out, shut, "")
	p.link(shut, p.title.in, "")
	p.link(shut, end, "nothing after thinking")
	again := p.passage(p.book, "overthinking", " ")
	p.link(thoughts.in[:1], again.in, "endless thinking")
	p.link(again.out, again.in, "")
}
