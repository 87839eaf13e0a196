package run

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/shell"
)

const (
	// whileEvery is how often the command of [run] while is run.
	whileEvery = 30 * time.Second
	// whileLimit is how long it may run.
	whileLimit = 20 * time.Second
	// mostWords bounds what is kept of its output.
	mostWords = 4 << 10
)

// condition keeps a run paused while the command of [run] while fails.
type condition struct {
	command string
	environ []string
	// every is how often it runs, and limit how long at most.
	every, limit time.Duration
	control      *batch.Control
	log          *slog.Logger
	// say tells a person of a change.
	say func(text string)
}

// proceedWhile keeps the run paused while the command of [run] while fails.
func (p *Prepared) proceedWhile(ctx context.Context, control *batch.Control, w *watch) (end func()) {
	command := p.req.Settings.Run.While
	if command == "" {
		return func() {}
	}
	c := &condition{command: command, environ: p.req.Environ, every: cmp.Or(p.req.WhileEvery, whileEvery), limit: whileLimit, control: control, log: w.log, say: w.progress.Note}
	return c.begin(ctx)
}

// whileFails is the reason of a pause by the while command.
const whileFails = "while"

// begin begins to run the command. The run is paused until it succeeds. end waits
// until no command runs any more.
func (c *condition) begin(ctx context.Context) (end func()) {
	c.control.Pause(batch.Pause{By: whileFails, Reason: "the command of while has not succeeded yet"})
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	crash.Go(func() {
		defer close(done)
		c.follow(ctx)
	}, func(error) { c.control.Resume(whileFails) })
	return func() {
		cancel()
		<-done
	}
}

// follow runs the command again and again. What it said last is said once.
func (c *condition) follow(ctx context.Context) {
	told := ""
	for {
		words, err := c.ask(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			c.control.Resume(whileFails)
			if told != "" {
				c.say("the command of while succeeds")
			}
			told = ""
		} else {
			why := whyNot(err, words)
			c.control.Pause(batch.Pause{By: whileFails, Reason: why})
			if why != told {
				c.say("paused: " + why)
			}
			told = why
		}
		select {
		case <-time.After(c.every):
		case <-ctx.Done():
			return
		}
	}
}

// ask runs the command once.
func (c *condition) ask(ctx context.Context) (words string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.limit, fmt.Errorf("it ran for %s and was ended", c.limit))
	defer cancel()
	out := &bounded{most: mostWords}
	err = shell.Run(ctx, c.command, nil, out, c.environ)
	words = strings.TrimSpace(strings.ToValidUTF8(string(out.text), "\ufffd"))
	exit := "exit status 0"
	if err != nil {
		exit = err.Error()
	}
	c.log.Info("while", "exit", exit, "words", words)
	return words, err
}

// whyNot describes why the run is paused.
func whyNot(err error, words string) string {
	why := "the command of while fails: " + err.Error()
	if line, _, _ := strings.Cut(words, "\n"); line != "" {
		why += fmt.Sprintf(" (%.200s)", line)
	}
	return why
}

// bounded keeps the beginning of what is written.
type bounded struct {
	text []byte
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	b.text = append(b.text, p[:min(len(p), b.most-len(b.text))]...)
	return len(p), nil
}
