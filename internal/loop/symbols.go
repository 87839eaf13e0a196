package loop

// kind is what a symbol is made of.
type kind uint8

const (
	wordKind kind = iota
	numberKind
	markKind  // punctuation, and what belongs to it
	breakKind // one or more line ends
)

// symbol is what the search for loops compares: a word whatever its case, a
// number, a run of one punctuation mark, or a line break. White space is none.
type symbol struct {
	hash  uint32 // the same for all numbers
	value uint32 // of a number, as far as it can be told
	step  uint32 // by how much it is more than the one that it was compared with
	end   int    // where it ends in the text, in bytes
	line  int    // and in which line, from 0
	size  uint8  // of a word, in bytes
	first byte   // of what it is made of
	kind  kind
	code  bool // it stands in a code block
}

// longestWord is where a run of letters is divided, in bytes. A word without
// end ("hahaha...") thus becomes a sequence that repeats itself, whatever the
// length of what is said, as long as it divides this number.
const longestWord = 24

// scanner cuts text into symbols, byte by byte.
type scanner struct {
	hash  uint32
	value uint32 // of a number
	size  int
	kind  kind
	open  bool // a symbol is in progress
	last  byte // of a run of one mark
	wide  int  // bytes that are left of a character that is a symbol by itself
	at    int  // bytes taken
	line  int  // line ends taken
}

// offset and prime are those of the 32-bit FNV-1a hash.
const offset, prime = 2166136261, 16777619

// numberHash is the hash of every number.
const numberHash = 1

// classOf gives each byte its kind; blank marks white space and lone marks the
// first byte of a character that is a symbol by itself: punctuation and signs
// (U+2000 to U+2FFF), scripts without blanks between words (U+3000 to U+DFFF),
// and everything beyond the basic plane.
const (
	blank kind = iota + 8
	lone
)

var classOf = func() (t [256]kind) {
	for i := range t {
		switch c := byte(i); {
		case c == '\n':
			t[i] = breakKind
		case c <= ' ' || c == 0x7f:
			t[i] = blank
		case c >= '0' && c <= '9':
			t[i] = numberKind
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '\'':
			t[i] = wordKind
		case c >= 0xe2 && c <= 0xed, c >= 0xf0:
			t[i] = lone
		case c >= 0x80:
			t[i] = wordKind
		default:
			t[i] = markKind
		}
	}
	return t
}()

// more takes a byte that goes on with the word in progress, the most common
// case; it returns false for any other and does not take it.
func (s *scanner) more(c byte) bool {
	if s.kind != wordKind || classOf[c] != wordKind || !s.open || s.size >= longestWord || s.wide > 0 {
		return false
	}
	if c >= 'A' && c <= 'Z' {
		c |= 0x20
	}
	s.hash = (s.hash ^ uint32(c)) * prime
	s.size++
	s.at++
	return true
}

// next takes a byte and reports whether it shows a symbol to be complete, which
// it then writes to out.
func (s *scanner) next(c byte, out *symbol) bool {
	k := classOf[c]
	switch {
	case s.wide > 0:
		s.wide--
		s.add(c)
		s.at++
		return s.wide == 0 && s.cut(out)
	case s.open && k == s.kind && (k == wordKind && s.size < longestWord || k == numberKind):
		s.add(c)
		s.at++
		return false
	case s.open && k == s.kind && (k == markKind && c == s.last || k == breakKind):
		if k == breakKind {
			s.line++
		}
		s.at++
		return false
	case k == blank:
		// A blank between two line ends does not count.
		ok := s.kind != breakKind && s.cut(out)
		s.at++
		return ok
	}
	ok := s.cut(out)
	s.begin(k, c)
	if k == breakKind {
		s.line++
	}
	s.at++
	return ok
}

func (s *scanner) begin(k kind, c byte) {
	s.hash, s.value, s.size, s.kind, s.open, s.last = offset, 0, 0, k, true, c
	if k == lone {
		s.kind, s.wide = markKind, 2
		if c >= 0xe3 && c <= 0xed {
			s.kind = wordKind
		}
		if c >= 0xf0 {
			s.wide = 3
		}
	}
	s.add(c)
}

func (s *scanner) add(c byte) {
	if c >= 'A' && c <= 'Z' {
		c |= 0x20
	}
	s.hash = (s.hash ^ uint32(c)) * prime
	s.value = s.value*10 + uint32(c-'0')
	if s.size < 255 {
		s.size++
	}
}

// cut ends the symbol that is in progress, if any.
func (s *scanner) cut(out *symbol) bool {
	if !s.open {
		return false
	}
	s.open = false
	*out = symbol{hash: s.hash, end: s.at, line: s.line, kind: s.kind, size: uint8(s.size), first: s.last}
	if s.kind == numberKind {
		out.hash, out.value = numberHash, s.value
	}
	return true
}
