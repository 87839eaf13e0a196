package reply

// thinking is what is remembered of the thinking that a server sends apart
// from the reply: its length, and its end, to search it for a loop.
type thinking struct {
	n    int
	tail []byte
}

// FeedThinking takes the next piece of a model's thinking, where the server
// sends it apart from the reply, and tells whether to go on reading. What it
// answers does not depend on how the thinking was cut into chunks.
func (r *Reader) FeedThinking(chunk string) Signal {
	t := &r.think
	for len(chunk) > 0 && r.signal == Continue {
		piece := chunk[:min(len(chunk), step-t.n%step)]
		chunk = chunk[len(piece):]
		t.n += len(piece)
		t.tail = append(t.tail, piece...)
		if t.n%step == 0 {
			t.tail = append(t.tail[:0], t.tail[max(0, len(t.tail)-window):]...)
			if looping(t.tail) {
				r.stop(StoppedLoop)
			}
		}
		if r.MaxThinking > 0 && t.n > r.MaxThinking {
			r.stop(StoppedThinking)
		}
	}
	return r.signal
}

// OnlyThinking is the problem of a reply that is all thinking and no answer.
func OnlyThinking() Problem {
	return Problem{"thinking-only", 0, "the reply is all thinking and no post; think less and write the post"}
}
