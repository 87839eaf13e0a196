package prompts

import (
	"errors"
	"maps"
	"strconv"
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
	text, system, err := p.Append(nil, row)
	if err != nil {
		return llm.Messages{}, err
	}
	return llm.Messages{System: string(text[:system]), User: string(text[system:])}, nil
}

// Append appends the messages that Render returns to a buffer, which the caller may use
// again. The system message is the first bytes of what was appended.
func (p *Prompt) Append(to []byte, row map[string]string) (text []byte, system int, err error) {
	begin := len(to)
	if p.Contract.Sections == nil {
		if text, ok := p.folded.render(to, p, "system", row); ok {
			system = len(text) - begin
			if text, ok = p.folded.render(text, p, "user", row); ok {
				return text, system, nil
			}
		}
	}
	m, err := p.executeAll(row)
	if err != nil {
		return to, 0, err
	}
	return append(append(to, m.System...), m.User...), len(m.System), nil
}

// RenderBlank makes the messages of versions in which a blank column stayed blank where
// [vars] has a value for it. ok is false where they are those of Render.
func (p *Prompt) RenderBlank(row map[string]string) (m llm.Messages, ok bool) {
	before := *p
	before.Vars = maps.Clone(p.Vars)
	maps.DeleteFunc(before.Vars, func(name, _ string) bool {
		v, there := row[name]
		return there && v == ""
	})
	// Those versions wrote no sections.
	if len(before.Vars) == len(p.Vars) || p.Contract.Sections != nil {
		return m, false
	}
	m, err := before.executeAll(row)
	return m, err == nil
}

// executeAll is Render by executing the templates.
func (p *Prompt) executeAll(row map[string]string) (llm.Messages, error) {
	values := p.values(row)
	user, err := p.execute("user", values)
	if err != nil {
		return llm.Messages{}, err
	}
	system, err := p.execute("system", values)
	m := llm.Messages{System: system, User: user}
	if err == nil && p.Contract.Sections != nil {
		err = p.renderOutline(&m, row, values)
	}
	return m, err
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
	if s := p.Contract.Sections; s != nil && (values["words"] == nil || values["words"] == "") {
		values["words"] = strconv.Itoa(s.Words)
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
