package contract

// Meaning is a code and what it says, in a few words.
type Meaning[C ~string] struct {
	Code  C
	Means string
}
