package contract

// word is a word of a closed vocabulary: a code, a kind, or a remedy. Its text is
// unexported, so that no other package can write one as a literal, and a misspelled
// one does not compile. The zero value is the empty word.
type word struct{ text string }

func (w word) String() string { return w.text }

// MarshalText returns the word as it is stored.
func (w word) MarshalText() ([]byte, error) { return []byte(w.text), nil }

// UnmarshalText takes any word: other versions have written other words.
func (w *word) UnmarshalText(text []byte) error {
	w.text = string(text)
	return nil
}

// Named returns the word that is stored as this text, for text that is read from a
// ledger. Other versions have other words.
func Named[W ProblemCode | RepairCode | Remedy](text string) W { return W{word{text}} }
