// Package notify runs the command of on_event, which tells a person what happens during
// a run. A Message says what happened. A Notifier runs the command for one message at
// a time, in parallel with the run.
//
// internal/run decides what is worth a message. The person's command sends it.
package notify

import (
	"cmp"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/nightpress/nightpress/internal/secret"
	"github.com/nightpress/nightpress/internal/word"
)

// Event is what happened. Its words are promised to scripts.
type Event struct{ word.Word }

// The events.
var (
	// ServerAway: a server has not answered for LongAway.
	ServerAway = Event{word.New("server_away")}
	// ServerBack: a server answers again after a ServerAway.
	ServerBack = Event{word.New("server_back")}
	// ModelSetAside: no server can run a model.
	ModelSetAside = Event{word.New("model_set_aside")}
	// AllRejected: a model is set aside, because its first posts were all
	// rejected.
	AllRejected = Event{word.New("all_rejected")}
	// DiskNearlyFull: the disk space will hardly do for the posts that are left.
	DiskNearlyFull = Event{word.New("disk_nearly_full")}
	// Done: the run has ended, however it did.
	Done = Event{word.New("done")}
)

// Events are all events, in the order of the docs.
var Events = []Event{ServerAway, ServerBack, ModelSetAside, AllRejected, DiskNearlyFull, Done}

// LongAway is how long a server is away before a person hears of it. A machine
// that restarts is back sooner.
const LongAway = 10 * time.Minute

// Counts say how a run stands. They have the names and the meaning that they
// have in its summary.
type Counts struct {
	Jobs        int `json:"jobs"`
	Written     int `json:"written"`
	AlreadyDone int `json:"already_done"`
	Kept        int `json:"kept"`
	Rejected    int `json:"rejected"`
	SetAside    int `json:"set_aside"`
	Left        int `json:"left"`
}

// Message is one event: the object that the command reads. Its JSON names are
// promised.
type Message struct {
	Event Event `json:"event"`
	// Text is the event in words, on one line.
	Text string    `json:"text"`
	Time time.Time `json:"time"`
	// Server is the server's name, or its address where it has none. Server,
	// Model, and Label are "" where the event has none.
	Server string `json:"server,omitempty"`
	Model  string `json:"model,omitempty"`
	Label  string `json:"label,omitempty"`
	// ExitCode, Meaning, and Error are those of the run, with Done.
	ExitCode *int   `json:"exit_code,omitempty"`
	Meaning  string `json:"meaning,omitempty"`
	Error    string `json:"error,omitempty"`
	Counts
}

// mostText bounds Text, in characters: some of it can come from a server.
const mostText = 400

// safe returns the message without secrets, control characters, and texts of
// any length.
func (m Message) safe() Message {
	for _, text := range []*string{&m.Text, &m.Server, &m.Model, &m.Label, &m.Error} {
		*text = OneLine(secret.Mask(*text))
	}
	return m
}

// Environ returns the variables of a message.
func (m Message) Environ() []string {
	m = m.safe()
	code := ""
	if m.ExitCode != nil {
		code = strconv.Itoa(*m.ExitCode)
	}
	env := []string{
		"NIGHTPRESS_EVENT=" + m.Event.String(),
		"NIGHTPRESS_TEXT=" + forShell(runtime.GOOS, m.Text),
		"NIGHTPRESS_SERVER=" + forShell(runtime.GOOS, m.Server),
		"NIGHTPRESS_MODEL=" + forShell(runtime.GOOS, m.Model),
		"NIGHTPRESS_EXIT_CODE=" + code,
	}
	for _, c := range []struct {
		name string
		n    int
	}{
		{"JOBS", m.Jobs}, {"WRITTEN", m.Written}, {"ALREADY_DONE", m.AlreadyDone}, {"KEPT", m.Kept},
		{"REJECTED", m.Rejected}, {"SET_ASIDE", m.SetAside}, {"LEFT", m.Left},
	} {
		env = append(env, "NIGHTPRESS_"+c.name+"="+strconv.Itoa(c.n))
	}
	return env
}

// OneLine makes a text from elsewhere one line of visible characters: NUL and
// control characters cannot stand in a variable, a header of a mail, or a
// notification, and marks that change the direction of text mislead a reader.
func OneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > mostText {
		text = string(runes[:mostText-3]) + "..."
	}
	return text
}

// forShell makes a value harmless to cmd.exe, which puts a variable into the
// line before it looks for quotes and operators: no quoting by the author of the
// command could help there. A POSIX shell needs nothing.
func forShell(goos, value string) string {
	if goos != "windows" {
		return value
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '"':
			return '\''
		case '%', '!', '^', '&', '|', '<', '>':
			return '_'
		}
		return r
	}, value)
}

// key is what of a message makes it the same as another.
func (m Message) key() string {
	return m.Event.String() + "\x00" + m.Server + "\x00" + cmp.Or(m.Label, m.Model)
}
