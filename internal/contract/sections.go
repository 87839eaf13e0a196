package contract

import (
	"math"

	"github.com/nightpress/nightpress/internal/word"
)

// Sections are the bounds of a post that is written section by section.
type Sections struct {
	// Min and Max bound the number of sections that an outline may have.
	Min int `json:"min"`
	Max int `json:"max"`
	// Words is the length of the whole body, and Tolerance the part of it by which
	// a post and each of its sections may miss their words.
	Words     int     `json:"words"`
	Tolerance float64 `json:"tolerance"`
	// Opening and Closing are set if the body has these parts beside its sections.
	Opening bool `json:"opening,omitempty"`
	Closing bool `json:"closing,omitempty"`
	// Asks is a hash of the templates of the later requests. It is here because
	// they could change the post, and so are part of a job's identity.
	Asks string `json:"asks"`
}

// edge is the share of the words of an opening or a closing, one in so many, and
// leastEdge the fewest words of one.
const edge, leastEdge = 20, 40

// Edge returns the words of an opening or a closing.
func (s *Sections) Edge() int { return max(leastEdge, s.Words/edge) }

// Budget returns the words that all sections of an outline share.
func (s *Sections) Budget() int {
	n := s.Words
	for _, is := range []bool{s.Opening, s.Closing} {
		if is {
			n -= s.Edge()
		}
	}
	return n
}

// Bounds returns the fewest and the most words of a text that is to have so many.
func (s *Sections) Bounds(words int) (low, high int) {
	return int(math.Ceil(float64(words) * (1 - s.Tolerance))), int(float64(words) * (1 + s.Tolerance))
}

// Words returns how many words a post has by its contract: those of Sections, or the
// mean of the body's bounds, or the only bound. It is 0 if there is none.
func (c *Contract) Words() int {
	switch low, high := c.Body.MinWords, c.Body.MaxWords; {
	case c.Sections != nil:
		return c.Sections.Words
	case low > 0 && high > 0:
		return (low + high) / 2
	default:
		return max(low, high)
	}
}

// PartKind is what a part of a post in sections is. Its values are stored and never
// change.
type PartKind struct{ word.Word }

// The parts, in the order in which they are requested.
var (
	PartOutline = PartKind{word.New("outline")}
	PartSection = PartKind{word.New("section")}
	PartClosing = PartKind{word.New("closing")}
	PartOpening = PartKind{word.New("opening")}
	PartFields  = PartKind{word.New("fields")}
	// PartWhole is the post that the parts make.
	PartWhole = PartKind{word.New("whole")}
)

// Part is a part of a post in sections whose reply has a contract of its own.
type Part struct {
	Kind PartKind
	// Heading is a section's, without marks, and Others are those of the other
	// sections.
	Heading string
	Others  []string
	// Words is what the part is to have. For an outline, it is the sum of what its
	// sections are to have.
	Words int
	// Last is set for the section that may sum up.
	Last bool
	// Earlier are the parts that are there already.
	Earlier []string
}

// Part returns what part of a post the contract is for, nil if it is for a whole
// one.
func (c *Contract) Part() *Part { return c.part }

// Of returns the contract of the reply that is one part of a post. It has no header
// fields and needs no end marker, but knows the markers of the whole. What must not be
// in a post must not be in a part. c has Sections.
func (c *Contract) Of(p Part) *Contract {
	own := *c
	own.Fields, own.part = nil, &p
	own.Body.Label, own.Body.MinHeadings, own.Body.Require = "", 0, nil
	own.Body.MinWords, own.Body.MaxWords = c.Sections.Bounds(p.Words)
	if p.Kind == PartOutline {
		own.Body = Body{AllowEcho: c.Body.AllowEcho}
	}
	return &own
}

// Marker returns the marker with which a reply must end, or "".
func (c *Contract) Marker() string {
	if len(c.End) == 0 || c.part != nil {
		return ""
	}
	return c.End[0]
}

// Planned is a section as an outline has it.
type Planned struct {
	// Heading has no marks.
	Heading string   `json:"heading"`
	Points  []string `json:"points"`
	Words   int      `json:"words"`
}
