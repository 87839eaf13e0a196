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
	// StoppedSize: the reply is longer than any post.
	StoppedSize = "size"
)

// Stopped returns why the reader stopped, as one of the values above, or "" while it
// reads.
func (r *Reader) Stopped() string { return r.stopped }

func (r *Reader) stop(why string) {
	r.stopped, r.until, r.signal = why, r.n, Hopeless
	if why == StoppedMarker || why == StoppedFields {
		r.signal = Complete
	}
}
