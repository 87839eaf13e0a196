// Package word holds the type under every closed vocabulary: codes, remedies,
// statuses. A vocabulary is a struct type that embeds Word, such as
//
//	type Remedy struct{ word.Word }
//
// with a variable for each of its words. An untyped string does not convert to such
// a type, so a misspelled word does not compile.
package word

// Word is a word of a vocabulary. The zero value is the empty word.
type Word struct{ text string }

// New returns a word. Only the package that defines the vocabulary calls it.
func New(text string) Word { return Word{text} }

// Of returns the word of the vocabulary W that is stored as this text. It takes any
// text: other versions have other words.
func Of[W ~struct{ Word }](text string) W { return W{Word{text}} }

func (w Word) String() string { return w.text }

// MarshalText returns the word as it is stored.
func (w Word) MarshalText() ([]byte, error) { return []byte(w.text), nil }

// UnmarshalText takes any word, as Of does.
func (w *Word) UnmarshalText(text []byte) error {
	w.text = string(text)
	return nil
}
