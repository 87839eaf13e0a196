package reply

import "strings"

const (
	// maxText bounds what is kept of one reply, in bytes: no context window in
	// use holds more.
	maxText = 4 << 20
	// opening is how far a reply may go without a header field, in bytes.
	opening = 6 << 10
	// step is how often the tail is searched for a loop, in bytes.
	step = 512
)

// Reader judges one reply while it comes. It is used by one goroutine, for one
// reply.
type Reader struct {
	c       *Contract
	text    []byte
	begin   int // of the line that is not complete yet
	fence   fence
	fields  bool // a header field was seen
	thought bool // inside <think>, which may be long
	began   int  // where the reply proper begins, after thinking
	seen    map[string]bool
	think   thinking
	stopped string
	signal  Signal

	// MaxThinking bounds the thinking that comes apart from the reply
	// (FeedThinking) and inside it, in bytes; 0 means no bound. It is set
	// before the first chunk.
	MaxThinking int
}

// What Stopped returns. The values are stored and never change.
const (
	// StoppedMarker: the end marker was seen, the post is complete.
	StoppedMarker = "marker"
	// StoppedFields: all that a contract made by Only asks for is there.
	StoppedFields = "fields"
	// StoppedLoop: the reply or the thinking repeats itself.
	StoppedLoop = "loop"
	// StoppedRefusal: the reply refuses.
	StoppedRefusal = "refusal"
	// StoppedNoField: no header field came within the opening.
	StoppedNoField = "no-field"
	// StoppedThinking: the thinking went past its budget.
	StoppedThinking = "thinking"
	// StoppedSize: the reply is longer than any post.
	StoppedSize = "size"
)

// NewReader returns a reader for one reply to a prompt with this contract.
func NewReader(c *Contract) *Reader { return &Reader{c: c, seen: map[string]bool{}} }

// Stopped tells why the reader wants no more, in one of the words above; "" as
// long as it reads on.
func (r *Reader) Stopped() string { return r.stopped }

func (r *Reader) stop(why string) {
	r.stopped = why
	r.signal = Hopeless
	if why == StoppedMarker || why == StoppedFields {
		r.signal = Complete
	}
}

// Feed takes the next piece of the reply and tells whether to go on reading.
// After Complete or Hopeless it keeps that answer and takes no more text.
func (r *Reader) Feed(chunk string) Signal {
	for len(chunk) > 0 && r.signal == Continue {
		// Pieces end at line ends and at steps, so that what is looked at does
		// not depend on the chunks.
		n := min(len(chunk), step-len(r.text)%step)
		if nl := strings.IndexByte(chunk[:n], '\n'); nl >= 0 {
			n = nl + 1
		}
		r.take(chunk[:n])
		chunk = chunk[n:]
	}
	return r.signal
}

// take appends a piece that lies within one line and one step.
func (r *Reader) take(piece string) {
	r.text = append(r.text, piece...)
	line := string(r.text[r.begin:])
	if end := r.markerEnd(line); end >= 0 {
		r.text = r.text[:r.begin+end]
		r.stop(StoppedMarker)
		return
	}
	if strings.HasSuffix(piece, "\n") {
		r.endLine(strings.TrimRight(line, "\r\n"))
		r.begin = len(r.text)
	}
	if r.signal == Continue && len(r.text)%step == 0 {
		r.look()
	}
}

// markerEnd finds the end of a marker that closes the reply in the line: one
// written as the contract has it, outside code.
func (r *Reader) markerEnd(line string) int {
	if r.fence.open() {
		return -1
	}
	lower := strings.ToLower(line)
	if len(lower) != len(line) {
		lower = line
	}
	best := -1
	for _, m := range r.c.End {
		at := strings.Index(lower, strings.ToLower(m))
		if at < 0 || strings.Count(line[:at], "`")%2 == 1 {
			continue
		}
		if end := at + len(m); best < 0 || end < best {
			best = end
		}
	}
	return best
}

// endLine looks at a complete line.
func (r *Reader) endLine(line string) {
	if r.thinking(line) {
		return
	}
	if f, value, ok := r.c.header(line); ok && !r.fence.open() {
		r.fields = true
		r.seen[f.Key] = f.Kind != "list" || strings.TrimSpace(value) != ""
		if r.c.fieldsOnly && r.all() {
			r.stop(StoppedFields)
			return
		}
	}
	if r.fields {
		r.fence.line(line)
		if !r.fence.open() && r.c.isMarker(line) {
			r.stop(StoppedMarker)
		}
	}
}

// all tells whether every field of the contract is there.
func (r *Reader) all() bool {
	for i := range r.c.Fields {
		if !r.seen[r.c.Fields[i].Key] {
			return false
		}
	}
	return true
}

// thinking follows a think block, in which nothing counts.
func (r *Reader) thinking(line string) bool {
	switch {
	case strings.Contains(line, thinkEnd):
		r.thought, r.began = false, len(r.text)
		return true
	case !r.fields && strings.HasPrefix(strings.TrimSpace(line), thinkBegin):
		r.thought = true
	}
	return r.thought
}

// look searches for reasons to stop.
func (r *Reader) look() {
	switch {
	case len(r.text) >= maxText:
		r.stop(StoppedSize)
	case looping(r.text):
		r.stop(StoppedLoop)
	case r.thought && r.MaxThinking > 0 && len(r.text)-r.began > r.MaxThinking:
		r.stop(StoppedThinking)
	case !r.fields && !r.thought && len(r.text)-r.began >= opening:
		r.stop(StoppedNoField)
	}
}

// Close ends the reply and returns what was found. end tells how its stream
// ended; it does not matter once a marker was seen.
func (r *Reader) Close(end End) Verdict {
	v := judge(r.c, string(r.text), end, r.signal == Complete)
	switch {
	case r.stopped == StoppedThinking, len(r.text) == 0 && r.think.n > 0:
		v = Verdict{Problems: []Problem{OnlyThinking()}}
	case r.stopped == StoppedLoop:
		v.fail(Problem{"loop", strings.Count(string(r.text), "\n") + 1, "the reply repeats itself without end; say each thing once and finish the post"})
	case r.stopped == StoppedSize:
		v.fail(Problem{"body-long", 0, "the reply is longer than any post; write a shorter one"})
	}
	return v
}

// fail makes a verdict one of which nothing can be kept.
func (v *Verdict) fail(p Problem) {
	v.Post, v.Draft = nil, nil
	v.Problems = append([]Problem{p}, v.Problems...)
}

// Read judges a whole text.
func Read(c *Contract, text string, end End) Verdict {
	r := NewReader(c)
	r.Feed(text)
	return r.Close(end)
}
