package prompts

import (
	"errors"
	"strings"

	"github.com/nightpress/nightpress/internal/llm"
)

// maxMessage bounds a rendered message, in bytes, so that a template that
// loops cannot fill the memory.
const maxMessage = 1 << 20

// Render makes the messages for one topic. row holds its columns; it is data,
// and a template action in it stays text. A blank column gives way to the value
// that [vars] has for it. It may be called from many goroutines.
func (p *Prompt) Render(row map[string]string) (llm.Messages, error) {
	values := p.values(row)
	user, err := p.execute("user", values)
	if err != nil {
		return llm.Messages{}, err
	}
	system, err := p.execute("system", values)
	return llm.Messages{System: system, User: user}, err
}

// values are what the templates can use: a topic's columns over the settings.
func (p *Prompt) values(row map[string]string) map[string]any {
	values := make(map[string]any, len(p.Vars)+len(row)+len(p.optional))
	for _, k := range p.optional {
		values[k] = ""
	}
	for k, v := range p.Vars {
		values[k] = v
	}
	for k, v := range row {
		// A blank cell leaves the prompt's own value.
		if v != "" || p.Vars[k] == "" {
			values[k] = v
		}
	}
	return values
}

// execute runs one of the file's templates; one that is not there is empty.
func (p *Prompt) execute(name string, values map[string]any) (string, error) {
	t := p.folded.Lookup(name)
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
