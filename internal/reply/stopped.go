package reply

// The values of Stopped. They are stored and never change.
const (
	// StoppedMarker: the end marker was seen, the post is complete.
	StoppedMarker = "marker"
	// StoppedFields: the reply has every field of a contract made by Only.
	StoppedFields = "fields"
	// StoppedLoop: the reply or the thinking repeats itself.
	StoppedLoop = "loop"
	// StoppedRefusal: the reply refuses.
	StoppedRefusal = "refusal"
	// StoppedNoField: the opening has no header field.
	StoppedNoField = "no-field"
	// StoppedThinking: the thinking exceeded its budget.
	StoppedThinking = "thinking"
	// StoppedEcho: the reply repeats the prompt's own lines.
	StoppedEcho = "echo"
	// StoppedBudget: a part of a post has its words.
	StoppedBudget = "budget"
	// StoppedSection: the next section of the post begins, or the same again.
	StoppedSection = "section"
	// StoppedOtherSection: another section begins than the one requested.
	StoppedOtherSection = "other-section"
	// StoppedSize: the reply is longer than any post.
	StoppedSize = "size"
)

// Stopped returns why the reader stopped, as one of the values above, or "" while it
// reads.
func (r *Reader) Stopped() string { return r.stopped }

// Wanted reports whether a reader that stopped for this reason has all that was
// requested, so that nothing was given up.
func Wanted(why string) bool {
	switch why {
	case StoppedMarker, StoppedFields, StoppedBudget, StoppedSection:
		return true
	}
	return false
}

func (r *Reader) stop(why string) {
	r.stopped, r.until, r.signal = why, r.n, Hopeless
	if Wanted(why) {
		r.signal = Complete
	}
}
