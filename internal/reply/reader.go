package reply

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/loop"
)

const (
	// maxText bounds how much of one reply is kept, in bytes. No context window
	// in use holds more.
	maxText = 4 << 20
	// opening is the number of bytes within which a reply needs a header field.
	// musings is the same for a reply that begins like unmarked thinking.
	opening = 2 << 10
	musings = 8 << 10
	// refusalPatience is the number of bytes that are read of a reply that
	// begins with a refusal, because a post may still follow.
	refusalPatience = 600
	// step is the number of bytes after which the opening is checked again
	// within a line.
	step = 64
)

// Reader checks one reply while it streams. It is for one goroutine and one reply,
// and reads each byte once.
type Reader struct {
	// MaxThinking bounds the thinking in bytes, both inside the reply and apart
	// from it (FeedThinking). 0 means no bound. Set it before the first chunk.
	MaxThinking int

	c       *contract.Contract
	form    *form
	signal  Signal
	stopped string

	n       int    // bytes taken
	until   int    // how many of them count, once stopped
	partial []byte // the line that is in progress
	begin   int    // where it begins
	written int    // the number of the last line that is not empty
	raw     int    // its number in the reply, from 1
	cr      bool   // the byte before was a carriage return
	loop    loop.Detector
	marks   markerScan // in the line in progress
	think   thinking
	invalid bool // the reply holds bytes that are no text

	state     state
	base      int    // where the reply proper begins, after thinking, in bytes
	chatter   int    // the line of the first text before the first field, or 0
	start     []byte // the first bytes of the reply proper
	fields    []found
	guessed   bool    // the first field stands after other text in its line
	top       topLine // the heading right above the header lines
	quoted    bool    // the header lines stand in a quotation
	boxed     bool    // the value of a field stands in a code block
	foreign   bool    // the last header line is none of the contract's
	columns   []label // of a table whose columns are the fields
	pieces    pieces
	call      string // what ends the call of a tool in progress
	object    object // the header lines as JSON, in progress
	replaying bool   // its lines are read once more
	onFile    bool   // it is a post in a file, which nothing repairs
	last      int    // index of the field that was read last
	order     int    // the highest index so far
	gap       bool   // an empty line followed it
	fence     fence
	wrap      fence // the fence around the whole reply or its body
	ajar      bool  // the last line opens a code block, or closes the wrap
	body      []line
	filled    int // lines of the body that are not empty
	words     int
	headed    int // the line of a section's heading, or 0
	echoes    int // lines of the prompt in the body, and the first of them
	echo      int
	closed    bool
	repairs   []contract.Repair
	work      int // bytes looked at again, for a test that bounds it
}

// state is the part of a reply that is being read.
type state int

const (
	inOpening state = iota // no field yet
	inHeader
	inBody
	atEnd
)

// line is one line of the body.
type line struct {
	text  string
	words int
	raw   int // its number in the reply
	code  bool
	label bool // it begins like a header field
}

// NewReader returns a reader for one reply to a prompt with this contract.
func NewReader(c *contract.Contract) *Reader {
	r := &Reader{c: c, form: newForm(c), raw: 1}
	r.reset()
	return r
}

// reset discards everything that was read, because it was thinking.
func (r *Reader) reset() {
	r.state, r.base, r.chatter = inOpening, r.n, 0
	r.fields, r.last, r.order, r.gap = make([]found, len(r.c.Fields)), 0, 0, false
	r.fence, r.wrap = fence{}, fence{}
	r.top, r.columns, r.call, r.object, r.guessed = topLine{}, nil, "", object{}, false
	r.quoted, r.boxed, r.foreign = false, false, false
	r.body, r.filled, r.words, r.ajar, r.headed = nil, 0, 0, false, 0
	r.echoes, r.echo = 0, 0
	r.start, r.repairs = nil, nil
}

// Feed reads the next piece of the reply and returns whether to continue. After
// Complete or Hopeless, it returns the same signal, and further text counts as text
// after the end.
func (r *Reader) Feed(chunk string) Signal {
	code := r.code()
	begin := 0
	for i := 0; i < len(chunk) && r.signal == Continue; i++ {
		c := chunk[i]
		r.n++
		looping := r.loop.Feed(c, code)
		switch {
		case c == '\n' && (r.pieces.ended || r.cr):
			r.secondEnd()
			begin = i + 1
		case c == '\n' || c == '\r':
			r.takeLine(chunk[begin:i], c)
			begin, code = i+1, r.code()
		case r.n%step == 0 || c == '>' || c == lineSign || c == 'n' && r.afterBackslash(chunk[begin:i]):
			r.takePiece(chunk[begin:i+1], c)
			begin, code = i+1, r.code()
		default:
			r.cr = false
			if r.pieces.ended {
				r.pieces.ended = false
			}
		}
		if looping && r.signal == Continue {
			r.takeLoop(chunk[begin : i+1])
			begin = i + 1
		}
	}
	if r.signal == Continue {
		r.take(chunk[begin:])
	} else {
		r.rest(chunk[begin:])
	}
	return r.signal
}

// secondEnd passes over a line feed after the end of a line: that of \r\n, or one
// after a tag or a sign that ended the line.
func (r *Reader) secondEnd() {
	r.begin = r.n
	if r.pieces.ended {
		r.pieces.ended = false
		return
	}
	r.raw, r.cr = r.raw+1, false
}

// takeLine takes the rest of a line, which c ended.
func (r *Reader) takeLine(rest string, c byte) {
	r.take(rest)
	r.pieces.escapes = false
	if r.signal == Continue {
		r.endLine(c)
	}
}

// takePiece takes a part of a line up to c, which may end it. Otherwise, the reader
// has come to a fixed step.
func (r *Reader) takePiece(piece string, c byte) {
	r.cr, r.pieces.ended = false, false
	r.take(piece)
	switch {
	case r.signal != Continue:
	case (c == '>' || c == lineSign || c == 'n') && r.pieceEnd(c):
		r.endLine('\n')
		r.pieces.ended = true
	case r.n%step == 0:
		r.check()
	}
}

// takeLoop takes the last piece of a reply that repeats itself, and stops.
func (r *Reader) takeLoop(piece string) {
	r.take(piece)
	if r.signal == Continue {
		r.stop(StoppedLoop)
	}
}

// code reports whether the current line is in a code block.
func (r *Reader) code() bool { return r.state == inBody && r.fence.open() && !r.ajar }

// take appends to the line in progress and looks for reasons to stop in it.
func (r *Reader) take(piece string) {
	if len(piece) == 0 {
		return
	}
	r.partial = append(r.partial, piece...)
	if r.state == inOpening && len(r.start) < 4*step {
		r.start = append(r.start, piece...)
	}
	for at, end := r.findMarker(); end > 0 && r.signal == Continue; at, end = r.findMarker() {
		r.closeAt(at, end)
	}
}

// endLine processes the current line, which c ended.
func (r *Reader) endLine(c byte) {
	if r.cr = c == '\r'; r.cr {
		r.repair(contract.RepairLineEnds, r.raw)
	}
	text := string(r.partial)
	r.partial, r.begin = r.partial[:0], r.n
	if r.state == inOpening && len(r.start) < 8*step {
		r.start = append(r.start, '\n')
	}
	r.work += len(text)
	late := r.lateMarker(text)
	r.marks = markerScan{}
	r.line(text[:late])
	if late < len(text) && r.stopped == "" {
		r.finish(text)
	}
	if c == '\n' {
		r.raw++
	}
	if r.signal == Continue {
		r.check()
	}
}

// check looks for reasons to stop in the progress of the reply. It is called only at
// line ends and at fixed steps, so that the result does not depend on the chunks.
func (r *Reader) check() {
	r.checkBudget()
	far := r.n - r.base
	switch {
	case r.signal != Continue:
	case r.n >= maxText:
		r.stop(StoppedSize)
	case r.think.open && r.MaxThinking > 0 && far > r.MaxThinking:
		r.stop(StoppedThinking)
	case r.state != inOpening || r.think.open || len(r.fields) == 0:
	case far >= refusalPatience && r.refusing():
		r.stop(StoppedRefusal)
	case far >= r.patience():
		r.stop(StoppedNoField)
	}
}

// patience is how many bytes the reply may have without a field.
func (r *Reader) patience() int {
	switch {
	case len(r.object.lines) > 0 || beginsObject(r.start):
		return longestObject
	case !muses(r.beginning()):
		return opening
	case r.MaxThinking > 0:
		return max(r.MaxThinking, opening)
	}
	return musings
}

// beginsObject reports whether a reply begins as one JSON object.
func beginsObject(start []byte) bool {
	t := bytes.TrimLeft(start, " \t\r\n")
	t = bytes.TrimLeft(bytes.TrimPrefix(bytes.TrimPrefix(t, []byte("```")), []byte("json")), " \t\r\n")
	return len(t) > 1 && t[0] == '{' && bytes.IndexByte(t, '"') > 0
}

// beginning is the beginning of the reply, as far as refuses reads.
func (r *Reader) beginning() string { return string(r.start[:min(len(r.start), 4*step)]) }

// refusing reports whether the reply began with a refusal.
func (r *Reader) refusing() bool {
	refused, _ := refuses(r.beginning())
	return refused
}

// rest reads text after the end of the reply.
func (r *Reader) rest(text string) {
	if r.closed && worded(text) {
		r.repair(contract.RepairTextAfterMarker, r.raw)
	}
}

// Close ends the reply and returns the verdict. end says how its stream ended, which
// does not matter after a marker.
func (r *Reader) Close(end End) contract.Verdict {
	if r.signal == Continue || r.stopped == StoppedLoop {
		for i := 0; i < utf8.UTFMax-1 && !r.invalid && !utf8.Valid(r.partial) && len(r.partial) > 0; i++ {
			// The last character may be incomplete.
			r.partial = r.partial[:len(r.partial)-1]
		}
		looping := r.loop.Feed('\n', r.code())
		r.endLine(0)
		if looping && r.signal == Continue {
			r.stop(StoppedLoop)
		}
		r.replay()
	}
	return r.verdict(end)
}

// Read checks a complete text.
func Read(c *contract.Contract, text string, end End) contract.Verdict {
	r := NewReader(c)
	r.Feed(text)
	return r.Close(end)
}

func (r *Reader) repair(code contract.RepairCode, at int) {
	for _, known := range r.repairs {
		if known.Code == code {
			return
		}
	}
	r.repairs = append(r.repairs, contract.Repair{Code: code, Line: at})
}

// worded reports whether there is a letter or a digit in the text; everything
// beyond ASCII counts as one.
func worded(text string) bool {
	return strings.IndexFunc(text, func(c rune) bool { return c >= 0x80 || letterOrDigit(c) }) >= 0
}
