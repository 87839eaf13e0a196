package watch

import (
	"context"
	"errors"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/nightpress/nightpress/internal/control"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/output"
)

// View is a screen that shows a run.
type View struct {
	// Out is the folder of the posts.
	Out string
	// In is where the keys come from, and To the terminal.
	In io.Reader
	To io.Writer
	// Environ is the environment; NO_COLOR and TERM count.
	Environ []string
	// Every is how often the run is looked at, and Again how often one that is not
	// there yet; 0 are half a second and a second.
	Every, Again time.Duration
}

// Show draws the screen until a person quits. It waits for a run, and goes on to
// show how one ended. It returns the last snapshot; nil where there was no run.
func (v *View) Show(ctx context.Context) (*live.Snapshot, error) {
	ctx, cancel := context.WithCancel(ctx)
	m := &model{view: v, ctx: ctx, screen: screen{out: v.Out, width: 80, height: 24, note: "looking for a run"}}
	p := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(v.In), tea.WithOutput(v.To), tea.WithEnvironment(v.Environ), tea.WithoutSignalHandler())
	followed := make(chan struct{})
	crash.Go(func() {
		defer close(followed)
		v.follow(ctx, p.Send)
	}, func(err error) {
		p.Send(crashed{err})
	})
	_, err := p.Run()
	cancel()
	<-followed
	switch {
	case m.failed != nil:
		return m.run, m.failed
	case ctx.Err() != nil && errors.Is(err, tea.ErrProgramKilled):
		err = nil // an interrupt quits the view as q does
	}
	return m.run, err
}

// What the screen hears of.
type (
	// seen is the run as it is now.
	seen struct{ run *live.Snapshot }
	// absent is a run that is not there yet, lost one that is gone.
	absent struct{ why error }
	lost   struct{ why error }
	// said is the run's answer to a key.
	said struct {
		text string
		err  error
	}
	crashed struct{ err error }
)

// follow waits for a run and follows it to its end.
func (v *View) follow(ctx context.Context, send func(tea.Msg)) {
	every, again := v.Every, v.Again
	if every == 0 {
		every = time.Second / 2
	}
	if again == 0 {
		again = time.Second
	}
	for {
		conn, err := output.Dial(ctx, v.Out)
		if err == nil {
			for s, err := range control.Follow(ctx, conn, every) {
				if err != nil {
					send(lost{err})
					return
				}
				send(seen{s})
			}
			return
		}
		send(absent{err})
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return
		}
	}
}

// model is the screen as the terminal library has it.
type model struct {
	screen
	view *View
	ctx  context.Context
	// failed is a panic.
	failed error
}

// Init has nothing to begin.
func (m *model) Init() tea.Cmd { return nil }

// Update takes a message.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case seen:
		if m.run == nil {
			m.note = ""
		}
		m.run = msg.run
		m.chosen = min(m.chosen, max(0, len(m.run.Servers)-1))
		if m.run.Ended != nil {
			m.note = ""
		}
	case absent:
		m.note = "waiting for a run: " + msg.why.Error()
	case lost:
		m.lost, m.note = true, ""
	case said:
		if m.note = msg.text; msg.err != nil {
			m.note = msg.err.Error()
		}
		if m.run != nil {
			m.noted = m.run.Time
		}
	case crashed:
		m.failed = msg.err
		return m, tea.Quit
	case tea.KeyPressMsg:
		return m, m.key(msg.String())
	}
	return m, nil
}

// View draws the screen.
func (m *model) View() tea.View {
	v := tea.NewView(m.text())
	v.AltScreen = true
	v.WindowTitle = "nightpress watch"
	return v
}

// key does what a key stands for.
func (m *model) key(key string) tea.Cmd {
	if key == "q" || key == "ctrl+c" || key == "esc" {
		return tea.Quit
	}
	if m.run == nil || m.run.Ended != nil || m.lost {
		return nil
	}
	if key == "s" {
		return m.ask(control.Request{Do: control.Stop})
	}
	if len(m.run.Servers) == 0 {
		return nil // only other machines work
	}
	server := m.run.Servers[m.chosen]
	switch key {
	case "up", "k":
		m.chosen = max(0, m.chosen-1)
	case "down", "j":
		m.chosen = min(len(m.run.Servers)-1, m.chosen+1)
	case "1", "2", "3", "4", "5", "6", "7", "8", "9":
		if n := int(key[0] - '1'); n < len(m.run.Servers) {
			m.chosen = n
		}
	case "p":
		return m.ask(control.Request{Do: control.Pause})
	case "u":
		return m.ask(control.Request{Do: control.Pause, Unload: true})
	case "r":
		return m.ask(control.Request{Do: control.Resume})
	case "+", "=":
		return m.ask(control.Request{Do: control.Workers, Server: server.Name, Workers: "+1"})
	case "-":
		return m.ask(control.Request{Do: control.Workers, Server: server.Name, Workers: "-1"})
	case "a":
		return m.ask(control.Request{Do: control.Workers, Server: server.Name, Workers: "auto"})
	case "d":
		do := control.Drain
		if server.Drained {
			do = control.Undrain
		}
		return m.ask(control.Request{Do: do, Server: server.Name})
	}
	return nil
}

// ask sends a request to the run.
func (m *model) ask(req control.Request) tea.Cmd {
	return func() tea.Msg {
		answer, err := Tell(m.ctx, m.view.Out, req)
		if err != nil {
			return said{err: err}
		}
		return said{text: answer.Message}
	}
}
