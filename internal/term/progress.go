package term

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	xterm "golang.org/x/term"
)

// Progress shows how a run goes on. Its methods may be called from many
// goroutines and do not block on anything but the terminal.
type Progress struct {
	mu    sync.Mutex
	w     io.Writer
	mode  mode
	bar   *progressbar.ProgressBar
	now   func() time.Time
	label string

	total, done, rejected int
	left                  func() (time.Duration, bool)
	rate                  rate
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
// line now and then elsewhere, nothing at all when quiet. now is the clock,
// nil for the machine's.
func NewProgress(w io.Writer, quiet bool, getenv func(string) string, now func() time.Time) *Progress {
	p := &Progress{w: w, mode: plain, now: now}
	if p.now == nil {
		p.now = time.Now
	}
	switch {
	case quiet:
		p.mode = silent
	case interactive(w) && getenv("TERM") != "dumb":
		p.mode = redraw
	}
	return p
}

func interactive(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && xterm.IsTerminal(int(f.Fd()))
}

// Start tells how many jobs there are and how many of them needed nothing. left
// estimates how long the rest takes; false while that is not known.
func (p *Progress) Start(total, begun int, left func() (time.Duration, bool)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total, p.done, p.left = total, begun, left
	p.spoke = p.now()
	if p.mode == redraw {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.w), progressbar.OptionFullWidth(),
			progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
			progressbar.OptionUseANSICodes(false))
		_ = p.bar.Set(begun)
	}
}

// Loading says that a model is being brought into memory.
func (p *Progress) Loading(model string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.label = Clean(model)
	p.say("loading %s", p.label)
}

// Loaded says that it is there.
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
	p.rate.add(p.now(), n)
	if p.mode == plain && p.now().Sub(p.spoke) >= every {
		p.spoke = p.now()
		p.say("%s", p.state())
	}
	p.draw()
}

// Job counts a job that ended. A rejected one is told at once.
func (p *Progress) Job(topic, label, status, reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if status == "rejected" {
		p.rejected++
		p.say("rejected %s for %s: %s", Clean(label), Truncate(Clean(topic), 60), Truncate(Clean(reason), 160))
	}
	if p.bar != nil {
		_ = p.bar.Set(min(p.done, p.total))
	}
	p.draw()
}

// Note says something in between.
func (p *Progress) Note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.say("%s", Clean(text))
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

// say prints a line above the bar.
func (p *Progress) say(format string, args ...any) {
	if p.mode == silent {
		return
	}
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	fmt.Fprintf(p.w, "nightpress: "+format+"\n", args...)
	p.draw()
}

func (p *Progress) draw() {
	if p.bar != nil {
		p.bar.Describe(p.state())
	}
}

// state is the line that the bar and the plain progress share.
func (p *Progress) state() string {
	text := fmt.Sprintf("%s: %s of %s, %s rejected, %.0f tokens/s", p.label, Number(p.done), Number(p.total), Number(p.rejected), p.rate.perSecond(p.now()))
	if left, known := p.left(); known {
		text += ", " + Duration(left) + " left"
	}
	return text
}
