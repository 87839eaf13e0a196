package contract

// Meaning is a code and what it says, in a few words.
type Meaning[C ProblemCode | RepairCode] struct {
	Code  C
	Means string
}
