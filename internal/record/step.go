package record

import (
	"fmt"

	"github.com/nightpress/nightpress/internal/contract"
)

// Step is the part of a post in sections that an attempt is for. Its field names are
// stored and never change.
type Step struct {
	Kind contract.PartKind `json:"kind"`
	// N is a section's number, from 1, and Of how many there are; 0 for other
	// parts.
	N  int `json:"n,omitempty"`
	Of int `json:"of,omitempty"`
	// Heading is a section's.
	Heading string `json:"heading,omitempty"`
	// Asked is how many words were requested. Words is how many the part has, once
	// it is accepted.
	Asked int `json:"asked,omitempty"`
	Words int `json:"words,omitempty"`
	// Accepted is set for the attempt that gave the part.
	Accepted bool `json:"accepted,omitempty"`
	// Omitted is how many of the earlier parts did not fit in the context window.
	Omitted int `json:"omitted,omitempty"`
}

// String is the step for a person: "section 4 of 9".
func (s *Step) String() string {
	if s.Of > 0 {
		return fmt.Sprintf("%s %d of %d", s.Kind, s.N, s.Of)
	}
	return s.Kind.String()
}

// bound cuts down what came from elsewhere.
func (s *Step) bound() {
	for _, n := range []*int{&s.N, &s.Of, &s.Asked, &s.Words, &s.Omitted} {
		if *n < 0 || *n > MaxTokens {
			*n = 0
		}
	}
	s.Heading = cut(s.Heading)
}
