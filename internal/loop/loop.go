// Package loop detects a loop in a text and the line at which it begins.
//
// A model in a loop repeats itself, word for word, or with a counting number or a
// changing word. The search splits the text into symbols and tests the hypothesis
// that the text repeats what it said a certain number of symbols before. This takes
// a few operations per symbol, whatever the length of the text and the period.
//
// Text by people also has repetitions: rows of tables, rulers, listings, data,
// refrains, steps of lists. The constants below were measured on real Markdown;
// docs/reader.md has the results.
package loop

import (
	"slices"
	"strings"
)

const (
	// past is the number of symbols that are remembered, about 1,200 words. It
	// is also the longest period. It is a power of two.
	past = 2048
	// gram is the number of consecutive symbols that must repeat to raise a
	// suspicion.
	gram = 4
)

// Detector searches one text, byte by byte. Its zero value is ready for use. It is
// for one goroutine.
type Detector struct {
	scan scanner
	*memory
	n    int // symbols taken
	word int // where the last word ended, in bytes
	same chain
	near nearChain
	line int // of the last word
	work int // symbols looked at again
	from int // once found: the line where the repetition begins, from 1
}

// memory is what a detector remembers of the text. Before the first symbol there is
// none: thousands of requests can wait for their replies at once, and most models do
// not think.
type memory struct {
	ring [past]symbol
	seen [past]int32 // where a gram was last, by its hash, counted from 1
}

// Feed reads a byte and reports whether the text up to it ends in a loop. code is set
// if the byte is in a code block.
func (l *Detector) Feed(c byte, code bool) bool {
	if l.scan.more(c) {
		return false
	}
	if l.memory == nil {
		l.memory = &memory{}
	}
	s := &l.ring[l.n%past] // the place of the next symbol
	if !l.scan.next(c, s) {
		return l.wordless(code)
	}
	s.code = code
	if s.kind == wordKind {
		l.word, l.line = s.end, s.line
	}
	before := l.remember()
	return l.same.take(l, s, before) || l.near.take(l, s, before)
}

// Line is the line, from 1, at which the loop begins, after Feed has found one.
func (l *Detector) Line() int { return l.from }

// Steps is the number of symbols that were read more than once.
func (l *Detector) Steps() int { return l.work }

// remember counts the symbol that was just stored and returns how many symbols
// before it the same gram was, 0 where it was not.
func (l *Detector) remember() (distance int) {
	l.n++
	if l.n < gram {
		return 0
	}
	hash := uint32(offset)
	for i := range gram {
		hash = (hash ^ l.back(i).hash) * prime
	}
	place := &l.seen[(hash^hash>>15)%past]
	last := int(*place)
	*place = int32(l.n)
	distance = l.n - last
	if last == 0 || distance+gram >= past {
		return 0
	}
	for i := range gram {
		if l.back(i).hash != l.back(i+distance).hash {
			return 0
		}
	}
	return distance
}

// back returns the symbol i before the last one.
func (l *Detector) back(i int) *symbol { return &l.ring[(l.n-1-i)%past] }

// wordless reports whether the text has gone on for too long without a word.
func (l *Detector) wordless(code bool) bool {
	most := 6 << 10
	if code {
		most = 24 << 10
	}
	if l.scan.at-l.word <= most {
		return false
	}
	l.from = l.line + 1
	return true
}

// chain is the hypothesis that the text repeats itself symbol by symbol.
type chain struct {
	distance int // in symbols, 0 for none
	run      int // symbols that were as they were distance before
	varied   int // numbers among them that were not
	uneven   int // and did not count on by the step before either
	start    int // where the first saying began, in bytes
	line     int // and in which line, from 0
}

func (c *chain) take(l *Detector, s *symbol, before int) bool {
	if c.distance > 0 {
		if was := l.back(c.distance); was.hash == s.hash {
			c.run++
			if s.kind == numberKind {
				c.count(s, was)
			}
			return c.run%c.distance == 0 && c.endless(l, s)
		}
	}
	*c = chain{distance: before}
	if before > 0 {
		first := l.back(min(gram+before, l.n-1))
		c.start, c.line = first.end, first.line
		for i := gram - 1; i >= 0; i-- {
			c.run++
			if s := l.back(i); s.kind == numberKind {
				c.count(s, l.back(i+before))
			}
		}
	}
	return false
}

// count compares a number with the one a period before. What counts on for
// ever goes up by the same step each time; numbers in lists that people keep,
// of versions and dates, do not.
func (c *chain) count(s, was *symbol) {
	s.step = s.value - was.value
	if s.step == 0 && was.step == 0 {
		return
	}
	c.varied++
	if c.run > c.distance && (s.step != was.step || s.step > 1000) {
		c.uneven++
	}
}

// endless decides whether what was said so often is a loop.
func (c *chain) endless(l *Detector, s *symbol) bool {
	times, bytes := c.run/c.distance+1, s.end-c.start
	if bytes < 240 || times < 3 {
		return false
	}
	p := l.period(c.distance)
	period := bytes / times
	long := false
	switch {
	case p.letters < 2:
		// wordless judges rulers and cells such as "T89T89T89" and "0.0.0.".
		long = p.said && !p.code && !p.cells && c.varied == 0 && times >= 100 && bytes >= 400
	case p.code || p.cells:
		if c.varied > 0 {
			long = times >= 100 && bytes >= 8<<10 && p.words >= 3
		} else {
			long = times >= 30 && bytes >= 3<<10 && p.letters >= 4
		}
	case c.uneven > 0:
		long = times >= 150 && bytes >= 12<<10 && p.words >= 3
	case c.varied > 0:
		long = bytes >= 320 && times >= c.patience(p)
	default:
		long = times >= 6 || times >= 4 && period >= 120 || period >= 400
	}
	if long {
		l.from = c.line + 1
	}
	return long
}

// patience is how often something that counts may be said. Sentences that
// count in a row are a loop. So are lines, but plans, timetables, and tables of
// conversion are lines that count too, and end: a line a day for a month, a week
// for a year. They get longer, and longest where more than one number changes or
// where each line says the number of a day twice: a year has 366.
func (c *chain) patience(p period) int {
	switch {
	case p.lines && p.days:
		return daysOfAYear
	case p.lines && c.varied*c.distance >= 2*(c.run-c.distance):
		return 130
	case p.lines:
		return 100
	case p.words >= 3:
		return 8
	}
	return 25
}

// daysOfAYear is how many lines a plan by days may have, with some to spare.
const daysOfAYear = 380

// dayWords are the hashes of the word for a day, in the languages that count days
// by digits beside it.
var dayWords = hashes("day", "days", "tag", "jour", "día", "dia", "giorno", "dag", "dzień", "den", "gün", "день", "ngày", "hari")

// hashes are those that the scanner gives words.
func hashes(words ...string) (all []uint32) {
	for _, w := range words {
		h := uint32(offset)
		for i := range len(w) {
			h = (h ^ uint32(w[i])) * prime
		}
		all = append(all, h)
	}
	return all
}

// period is what the last n symbols are made of.
type period struct {
	words, letters int
	said           bool // there is a word or a number
	lines          bool // there is a line end
	days           bool // it names a day and says its number twice, as plans of savings do
	code, cells    bool
}

func (l *Detector) period(n int) (p period) {
	l.work += n
	var last, least, most uint32
	day, numbers := false, 0
	for i := range n {
		s := l.back(i)
		p.code = p.code || s.code
		p.said = p.said || s.kind <= numberKind
		p.lines = p.lines || s.kind == breakKind
		switch {
		case s.kind == wordKind && s.hash != last:
			day = day || slices.Contains(dayWords, s.hash)
			p.words++
			p.letters += int(s.size)
			last = s.hash
		case s.kind == markKind && s.first == '|':
			p.cells = true
		case s.kind == numberKind:
			if numbers++; numbers == 1 {
				least, most = s.value, s.value
			}
			least, most = min(least, s.value), max(most, s.value)
		}
	}
	// The symbols may begin within a line, with the number of the day before.
	p.days = day && numbers >= 2 && most-least <= 1
	return p
}

// nearChain is the suspicion that the text repeats itself but for a word here
// and there, so that the distance may change a little too. It is for sentences:
// lists of links and of names in code, and tables, are that way by nature.
type nearChain struct {
	distance int
	hits     int // words among them that were as they were
	words    int
	uneven   int // numbers that neither were nor counted on
	hole     int // symbols in a row that were not
	periods  int
	left     int  // symbols until the next period is complete
	breaks   int  // line ends
	days     bool // it counts days
	start    int
	line     int
}

const (
	// widest is the most consecutive symbols that may differ. drift is the most
	// by which the distance may change.
	widest = 8
	drift  = 4
)

func (c *nearChain) take(l *Detector, s *symbol, before int) bool {
	if s.code || s.kind == markKind && strings.IndexByte("|`/[", s.first) >= 0 {
		c.distance = 0
		return false
	}
	if c.distance == 0 {
		c.begin(l, before)
		return false
	}
	if s.kind == breakKind {
		c.breaks++
	}
	word := 0
	if s.kind <= numberKind {
		word = 1
	}
	c.words += word
	switch {
	case s.alike(l.back(c.distance)):
		c.hits += word
		c.hole = 0
	case before > 0 && before != c.distance && before-c.distance <= drift && c.distance-before <= drift:
		c.shift(l, before)
	default:
		if s.kind == numberKind {
			c.uneven++
		}
		if c.hole++; c.hole > widest {
			c.distance = 0
			return false
		}
	}
	if c.left--; c.left > 0 {
		return false
	}
	c.left = c.distance
	c.periods++
	return c.endless(l, s)
}

// begin begins a suspicion if the text was the same before symbols ago.
func (c *nearChain) begin(l *Detector, before int) {
	if before >= gram {
		first := l.back(min(gram+before, l.n-1))
		*c = nearChain{distance: before, left: before, start: first.end, line: first.line}
	}
}

// shift changes the distance, and counts the words of the hole that are alike at the
// new one.
func (c *nearChain) shift(l *Detector, distance int) {
	c.distance = distance
	for i := range min(gram, c.hole+1) {
		if s := l.back(i); s.kind <= numberKind && s.alike(l.back(i+distance)) {
			c.hits++
		}
	}
	c.hole = 0
}

// alike reports whether a symbol is what another was, or counts on from it.
func (s *symbol) alike(was *symbol) bool {
	return s.hash == was.hash && (s.kind != numberKind || s.value-was.value <= 1)
}

func (c *nearChain) endless(l *Detector, s *symbol) bool {
	bytes, least := s.end-c.start, 18
	if c.periods == least {
		c.days = l.period(c.distance).days
	}
	if c.breaks*2 >= c.periods {
		least = 100 // lists whose lines are alike have an end
		if c.days {
			least = daysOfAYear
		}
	}
	if c.periods < least || bytes < 900 || c.hits < 3*c.periods || c.hits*5 < c.words*4 || c.uneven*4 > c.periods {
		return false
	}
	l.from = c.line + 1
	return true
}
