package term

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/estimate"
	"github.com/schollz/progressbar/v3"
	xterm "golang.org/x/term"
)

// Progress shows the progress of a run. Its methods may be called from many
// goroutines and do not block on anything but the terminal.
type Progress struct {
	mu   sync.Mutex
	w    io.Writer
	mode mode
	bar  *progressbar.ProgressBar
	// barWidth is the width of the bar without the text beside it.
	barWidth int
	now      func() time.Time
	label    string

	total, done, rejected int
	left                  func() (time.Duration, bool)
	rate                  estimate.Rate
	spoke                 time.Time
}

type mode int

const (
	silent mode = iota
	plain       // lines
	redraw      // a bar
)

// every is how often a plain progress says where it is.
const every = 30 * time.Second

// NewProgress returns a progress on w: a bar that is redrawn on a terminal, a
// line now and then elsewhere, nothing at all when quiet. now measures durations.
func NewProgress(w io.Writer, quiet bool, getenv func(string) string, now func() time.Time) *Progress {
	p := &Progress{w: w, mode: plain, now: now}
	switch {
	case quiet:
		p.mode = silent
	case Interactive(w) && getenv("TERM") != "dumb":
		p.mode = redraw
	}
	return p
}

// Interactive reports whether a reader or writer is a terminal.
func Interactive(v any) bool {
	f, ok := v.(*os.File)
	return ok && xterm.IsTerminal(int(f.Fd()))
}

// Start sets the number of jobs, and how many of them need no request. left
// estimates the time that is left; it returns false while that is unknown.
func (p *Progress) Start(total, begun int, left func() (time.Duration, bool)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total, p.done, p.left = total, begun, left
	p.spoke = p.now()
	if p.mode == redraw {
		p.barWidth = min(max(columns(p.w)/6, 4), 24)
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.w), progressbar.OptionSetWidth(p.barWidth),
			progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
			progressbar.OptionUseANSICodes(false))
		_ = p.bar.Set(begun)
	}
}

// Loading says that a model is being loaded. The progress line then shows its label.
func (p *Progress) Loading(model, label string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.label = Clean(label)
	p.say("loading %s", Clean(model))
}

// Loaded says that the model is loaded.
func (p *Progress) Loaded(model string, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.say("loaded %s in %s", Clean(model), Duration(took))
	p.draw()
}

// Tokens counts tokens that came.
func (p *Progress) Tokens(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rate.Add(p.now(), n)
	if p.mode == plain && p.now().Sub(p.spoke) >= every {
		p.spoke = p.now()
		p.say("%s", p.state(1<<10))
	}
	p.draw()
}

// Job counts a job that has ended. It prints a rejected one immediately.
func (p *Progress) Job(topic, label, status, reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if status == "rejected" {
		p.rejected++
		p.say("rejected %s for %s: %s", Clean(label), Truncate(Clean(topic), 60), Truncate(Clean(reason), 500))
	}
	if p.bar != nil {
		_ = p.bar.Set(min(p.done, p.total))
	}
	p.draw()
}

// Ending says that the run starts no further job. The line no longer shows the
// time that is left.
func (p *Progress) Ending() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = nil
}

// Note prints a line.
func (p *Progress) Note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.say("%s", Clean(text))
}

// Hint prints a hint below a note.
func (p *Progress) Hint(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line("hint: %s", Clean(text))
}

// Error prints an error, also when quiet was asked for.
func (p *Progress) Error(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	PrintError(p.w, err)
	p.draw()
}

// Finish takes the bar away.
func (p *Progress) Finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}

func (p *Progress) say(format string, args ...any) { p.line("nightpress: "+format, args...) }

// line prints a line above the bar.
func (p *Progress) line(format string, args ...any) {
	if p.mode == silent {
		return
	}
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	fmt.Fprintf(p.w, format+"\n", args...)
	p.draw()
}

func (p *Progress) draw() {
	if p.bar != nil {
		p.bar.Describe(p.state(columns(p.w) - p.barWidth - besideBar))
	}
}

// besideBar is the width around the bar: the percentage, its frame, and room
// for the ^C that a terminal writes when it is typed. A line that wraps could
// not be drawn again.
const besideBar = 14

// columns is the width of the terminal at this moment.
func columns(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := xterm.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// state is the line that the bar and the plain progress share, in so many
// columns: first a count of no rejected jobs gives way, then the model's name,
// then the speed.
func (p *Progress) state(width int) string {
	count := fmt.Sprintf("%s of %s, %s rejected", Number(p.done), Number(p.total), Number(p.rejected))
	speed := fmt.Sprintf(", %.0f tokens/s", p.rate.PerSecond(p.now()))
	rest := ""
	if p.left != nil {
		if left, known := p.left(); known {
			rest = ", " + Duration(left) + " left"
		}
	}
	const leastName = 8
	text := count + speed + rest
	if p.rejected == 0 && width-len(text)-len(": ") < leastName {
		count = fmt.Sprintf("%s of %s", Number(p.done), Number(p.total))
		text = count + speed + rest
	}
	if room := width - len(text) - len(": "); room >= leastName && p.label != "" {
		return Truncate(p.label, room) + ": " + text
	}
	if len(text) > width {
		text = count + rest
	}
	return Truncate(text, max(width, len("...")))
}
