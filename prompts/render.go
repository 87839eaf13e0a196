package prompts

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/reply"
)

// maxMessage bounds a rendered message, in bytes, so that a template that
// loops cannot fill the memory.
const maxMessage = 1 << 20

// Render makes the messages for one topic. row holds its columns; it is data,
// and a template action in it stays text. It may be called from many
// goroutines.
func (p *Prompt) Render(row map[string]string) (Messages, error) {
	values := make(map[string]any, len(p.Vars)+len(row)+len(p.optional))
	for _, k := range p.optional {
		values[k] = ""
	}
	for k, v := range p.Vars {
		values[k] = v
	}
	for k, v := range row {
		values[k] = v
	}
	user, err := p.execute("user", values)
	if err != nil {
		return Messages{}, err
	}
	system, err := p.execute("system", values)
	return Messages{System: system, User: user}, err
}

// execute runs one of the file's templates; one that is not there is empty.
func (p *Prompt) execute(name string, values map[string]any) (string, error) {
	t := p.tmpl.Lookup(name)
	if t == nil {
		return "", nil
	}
	var b bounded
	if err := t.Execute(&b, values); err != nil {
		return "", templateError(p.Source, err, p.at)
	}
	return strings.TrimSpace(b.String()), nil
}

// bounded is a buffer that refuses to grow past maxMessage.
type bounded struct{ strings.Builder }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxMessage {
		return 0, errors.New("the message is longer than a megabyte")
	}
	return b.Builder.Write(p)
}

// maxNamed is how many problems are named to the model: more only hide the
// ones that matter.
const maxNamed = 8

// Again makes the messages for asking again after a malformed reply. The first
// messages stay as they were and the rest follows them, so that the server's
// prefix cache is hit.
func (p *Prompt) Again(first Messages, problems []reply.Problem) (Messages, error) {
	messages := make([]string, 0, maxNamed)
	for _, pr := range problems[:min(len(problems), maxNamed)] {
		messages = append(messages, strings.Join(strings.Fields(pr.Message), " "))
	}
	words, err := p.execute("again", map[string]any{"problems": messages})
	if err != nil {
		return Messages{}, err
	}
	if words == "" {
		words = defaultAgain(messages)
	}
	return Messages{System: first.System, User: first.User + "\n\n" + words}, nil
}

func defaultAgain(messages []string) string {
	var b strings.Builder
	b.WriteString("An earlier reply to this request could not be used:\n")
	for i, m := range messages {
		fmt.Fprintf(&b, "%d. %s\n", i+1, m)
	}
	b.WriteString("Write the whole reply again from its first line, in exactly the format asked for, without these faults.")
	return b.String()
}
