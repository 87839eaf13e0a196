package scripted

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Dialect is how the servers of one time speak.
type Dialect struct {
	// Version is what the server says of itself.
	Version string
	// ShiftLaunches: another shift than the one that a model was loaded with
	// makes the server load it again (server/sched.go, needsReload).
	ShiftLaunches bool
	// Echoes: a last message of the assistant is left open and comes back whole
	// as the first chunk, and two of them are refused.
	Echoes bool
	// Capable: the list of models says what each can do.
	Capable bool
	// ThinkMax: "max" is a level of thinking.
	ThinkMax bool
	// CloudStatus is the HTTP status of a chat with a cloud name.
	CloudStatus int
}

// V0174 and V0330 are the dialects of v0.17.4 and v0.33.0-rc2, as both were
// seen to speak.
var (
	V0174 = Dialect{Version: "0.17.4", CloudStatus: 404}
	V0330 = Dialect{Version: "0.33.0-rc2", ShiftLaunches: true, Echoes: true, Capable: true, ThinkMax: true, CloudStatus: 403}
)

// Dialects are all of them.
var Dialects = []Dialect{V0174, V0330}

// DialectVariable names the environment variable that has the version of the
// dialect which servers speak from their start. Without it that is V0174.
const DialectVariable = "NIGHTPRESS_TEST_DIALECT"

// usual is the dialect of the environment.
func usual() (Dialect, error) {
	version := os.Getenv(DialectVariable)
	if version == "" {
		return V0174, nil
	}
	for _, d := range Dialects {
		if strings.HasPrefix(d.Version, version) {
			return d, nil
		}
	}
	return Dialect{}, fmt.Errorf("%s=%s: no such dialect", DialectVariable, version)
}

// Speak makes the server speak another dialect from now on.
func (s *Server) Speak(d Dialect) { s.change(func() { s.dialect = d }) }

// launch is what the process that runs a model is started with.
type launch struct {
	NumCtx int
	Shift  bool
	// Others are the options that a change of needs another process.
	Others string
}

// launchOptions are the options that a server starts a process with, beside
// num_ctx.
var launchOptions = []string{"num_batch", "num_gpu", "main_gpu", "use_mmap", "num_thread", "draft_num_predict"}

// launch returns what a request asks for.
func (d Dialect) launch(req request) launch {
	l := launch{Shift: true}
	if n, ok := req.Options["num_ctx"].(float64); ok {
		l.NumCtx = int(n)
	}
	if d.ShiftLaunches && req.Shift != nil {
		l.Shift = *req.Shift
	}
	var others bytes.Buffer
	for _, name := range launchOptions {
		if v, ok := req.Options[name]; ok {
			fmt.Fprintf(&others, "%s=%v ", name, v)
		}
	}
	l.Others = others.String()
	return l
}

// refusal returns the status and the text with which the dialect refuses a
// chat; 0 when it does not.
func (d Dialect) refusal(req request) (status int, text string) {
	var level string
	_ = json.Unmarshal(req.Think, &level)
	n := len(req.Messages)
	switch {
	case strings.HasSuffix(req.Model, "cloud") && d.CloudStatus == 403:
		return 403, "ollama cloud is disabled: remote model is unavailable"
	case level == "max" && !d.ThinkMax:
		return 400, `invalid think value: "max" (must be "high", "medium", "low", true, or false)`
	case d.Echoes && n > 1 && req.Messages[n-1].Role == "assistant" && req.Messages[n-2].Role == "assistant":
		return 400, "Cannot have 2 or more assistant messages at the end of the list."
	}
	return 0, ""
}

// echo is what comes before a reply: the text of a message that was left open.
func (d Dialect) echo(req request) string {
	if last := req.Messages[len(req.Messages)-1]; d.Echoes && last.Role == "assistant" {
		return last.Content
	}
	return ""
}

// render is what a template makes of the messages: with Echoes it leaves the
// last one of the assistant open.
func (d Dialect) render(req request) string {
	var b strings.Builder
	for i, m := range req.Messages {
		fmt.Fprintf(&b, "<|%s|>%s", m.Role, m.Content)
		if !d.Echoes || i < len(req.Messages)-1 || m.Role != "assistant" {
			b.WriteString("<|end|>")
		}
	}
	return b.String()
}
