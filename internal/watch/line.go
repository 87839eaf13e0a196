package watch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/control"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// Every is how often a run is looked at.
const Every = time.Second

// Lines prints a line every second until the run is over, and then how it ended: for
// people, or the snapshots as JSON. If there is no run, the error is an
// *output.NoRunError.
func Lines(ctx context.Context, out string, to printer.Printer) error {
	conn, err := output.Dial(ctx, out)
	if err != nil {
		return err
	}
	var last *live.Snapshot
	for s, err := range control.Follow(ctx, conn, Every) {
		switch {
		case errors.Is(err, control.ErrGone):
			return to.Print(&gone{Event: "gone", Why: goneText(last)})
		case err != nil:
			return err
		}
		last = s
		if err := to.Print(line{s}); err != nil {
			return err
		}
	}
	return nil
}

// line is a snapshot as a line.
type line struct{ *live.Snapshot }

// Text writes the line for a person.
func (l line) Text(p *printer.Page) {
	p.Linef("%s %s", l.Time.Local().Format("15:04:05"), l.text())
}

func (l line) text() string {
	if l.Ended != nil {
		return endText(l.Snapshot)
	}
	parts := []string{countsText(l.Snapshot), paceText(l.Snapshot)}
	if more := noteText(l.Snapshot); more != "" {
		parts = append(parts, more)
	}
	for _, s := range l.Servers {
		parts = append(parts, serverText(s))
	}
	if text := workersText(l.Snapshot); text != "" {
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// Last returns what is said of a run once its view is closed.
func Last(s *live.Snapshot) printer.Value { return line{s} }

// gone is a run that was killed.
type gone struct {
	Event string `json:"event"`
	Why   string `json:"text"`
}

// Text writes it for a person.
func (g *gone) Text(p *printer.Page) { p.Linef("%s", g.Why) }

// goneText says what is known of a run that said nothing of its end.
func goneText(last *live.Snapshot) string {
	text := "the run is gone and did not say how it ended; the same command resumes it"
	if last != nil {
		text += ": " + last.Command
	}
	return text
}

// countsText is how far the run is.
func countsText(s *live.Snapshot) string {
	text := fmt.Sprintf("%s of %s there, %s rejected", term.Number(s.There), term.Count(s.Jobs, "post"), term.Number(s.Rejected))
	if s.SetAside > 0 {
		text += fmt.Sprintf(", %s set aside", term.Number(s.SetAside))
	}
	return text + fmt.Sprintf(", %s left", term.Number(s.Left))
}

// paceText is how fast it is, and when it will be over.
func paceText(s *live.Snapshot) string {
	text := whole(s.TokensPerSecond) + " tokens/s"
	if s.PostsPerHour > 0 {
		text += ", " + whole(s.PostsPerHour) + " posts/h"
	}
	if s.SecondsLeft != nil {
		text += ", about " + term.Duration(time.Duration(*s.SecondsLeft*float64(time.Second))) + " left"
	}
	if s.End != nil {
		text += ", done at " + clock(*s.End, s.Time)
	}
	return text
}

// noteText is why no posts are begun, or "".
func noteText(s *live.Snapshot) string {
	switch {
	case s.State == live.Stopping:
		return "ending after the posts in progress: " + s.Stopping
	case s.Pause != nil:
		text := "paused since " + clock(s.Pause.Since, s.Time) + ": " + strings.Join(s.Pause.Reasons, "; ")
		if s.Pause.Unload {
			text += " (models unloaded)"
		}
		return text
	}
	return ""
}

// endText is how the run ended.
func endText(s *live.Snapshot) string {
	text := fmt.Sprintf("the run ended at %s with exit code %d: %s", clock(s.Ended.Time, s.Time), s.Ended.ExitCode, s.Ended.Meaning)
	if s.Ended.Error != "" {
		text += ": " + s.Ended.Error
	}
	return text + "; " + countsText(s)
}

// serverText is a server as a part of a line.
func serverText(s live.Server) string {
	name := s.Name
	if name == "" {
		name = "server"
	}
	text := fmt.Sprintf("%s %s", name, s.State)
	if s.State == live.Away && s.Reason != "" {
		return text + " (" + s.Reason + ")"
	}
	return text + fmt.Sprintf(" %s %s tokens/s", streams(s), whole(s.TokensPerSecond))
}

// mostNamed is how many machines of a fleet a line names.
const mostNamed = 8

// workersText has the machines of a fleet that have not left: each of a few, and the
// number of many.
func workersText(s *live.Snapshot) string {
	var all []string
	for _, m := range s.Workers {
		if state := m.State(s.Time); state != live.HasLeft {
			all = append(all, fmt.Sprintf("%s %s %d %s tokens/s", m.Name, state, m.Streams, whole(m.TokensPerSecond)))
		}
	}
	if len(all) > mostNamed {
		return term.Count(len(all), "worker")
	}
	return strings.Join(all, "; ")
}

// streams is how many replies arrive at a server, how many requests wait there, and
// how many it works on at once, if that is known: "3+1 of 3".
func streams(s live.Server) string {
	text := fmt.Sprint(s.Streams)
	if s.Queued > 0 {
		text += fmt.Sprintf("+%d", s.Queued)
	}
	if s.Slots > 0 {
		text += fmt.Sprintf(" of %d", s.Slots)
	}
	return text
}

// clock is a moment as a person reads it who looks at now: with the day, unless it
// is within half a day.
func clock(t, now time.Time) string {
	layout := "15:04"
	if d := t.Sub(now); d > 12*time.Hour || d < -12*time.Hour {
		layout = "2 Jan 15:04"
	}
	return t.Local().Format(layout)
}

func whole(f float64) string { return term.Number(int(math.Round(f))) }
