package batch

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/llm"
)

// Bounds of a job that comes from elsewhere.
const (
	// maxJob bounds a job in JSON, in bytes. Most of it are the replies of
	// earlier attempts.
	maxJob = 16 << 20
	// maxText bounds a message, in bytes, and maxName a name.
	maxText = 1 << 20
	maxName = 255
	// maxTokens bounds a context window or a budget, in tokens.
	maxTokens = 1 << 24
	// maxPast bounds the attempts of earlier runs, maxOptions the options.
	maxPast, maxOptions = 1000, 100
)

// UnmarshalJSON reads a job. The job has the same requests, seeds, and results as
// the one that was written. The JSON may come from an untrusted source: its size is
// bounded, and every field is checked.
//
// A job without a prompt can be read, so that prompts can be sent separately.
// Prompt must be set before the job is run.
func (j *Job) UnmarshalJSON(data []byte) error {
	if len(data) > maxJob {
		return fmt.Errorf("a job of %d bytes; at most %d are allowed", len(data), maxJob)
	}
	type plain Job
	var read plain
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&read); err != nil {
		return fmt.Errorf("job: %w", err)
	}
	for name, v := range read.Model.Options {
		exact, err := option(v)
		if err != nil {
			return fmt.Errorf("job: option %.40q: %w", name, err)
		}
		read.Model.Options[name] = exact
	}
	for i := range read.Past {
		read.Past[i].Bound()
	}
	read.Bound()
	if err := (*Job)(&read).check(); err != nil {
		return fmt.Errorf("job: %w", err)
	}
	*j = Job(read)
	return nil
}

// option converts an option's value to the type that a configuration has: a whole
// number becomes an int64, which a float64 cannot hold exactly.
func option(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return n, nil
		}
		return v.Float64()
	case []any:
		for i := range v {
			if _, nested := v[i].([]any); nested {
				return nil, errors.New("a list in a list")
			}
			exact, err := option(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = exact
		}
		return v, nil
	case string, bool:
		return v, nil
	}
	return nil, fmt.Errorf("%T cannot be the value of an option", v)
}

// check returns why a job is invalid, or nil.
func (j *Job) check() error {
	if id, err := hex.DecodeString(j.ID); err != nil || len(id) != 32 || strings.ToLower(j.ID) != j.ID {
		return errors.New("id is not 64 hexadecimal digits")
	}
	for what, name := range map[string]string{"slug": j.Slug, "label": j.Model.Label} {
		if name == "." || name == ".." || strings.ContainsAny(name, `/\:`) || !isName(name) {
			return fmt.Errorf("%s %.40q is not a file name", what, name)
		}
	}
	switch {
	case strings.TrimSpace(j.Topic) == "" || !isText(j.Topic):
		return errors.New("topic is empty, too long, or not UTF-8")
	case j.Messages.User == "" || !isText(j.Messages.User) || !isText(j.Messages.System):
		return errors.New("a message is empty, too long, or not UTF-8")
	case !within(j.Line, 1<<40) || !within(j.Variant, 1<<31) || !within(j.Sample, 1<<31):
		return errors.New("line, variant, or sample is out of bounds")
	case j.Seed < 0 || j.Seed > 1<<31-1:
		return errors.New("seed is out of bounds")
	case !areTexts(j.Values):
		return errors.New("a value is too long, or not UTF-8")
	case len(j.Past) > maxPast:
		return fmt.Errorf("%d earlier attempts; at most %d are allowed", len(j.Past), maxPast)
	}
	return checkModel(&j.Model)
}

func checkModel(m *llm.Model) error {
	think, isText := m.Think.(string)
	_, isSwitch := m.Think.(bool)
	switch {
	case !isName(m.Name):
		return fmt.Errorf("%.40q is not a model name", m.Name)
	case len(m.Digest) > maxName:
		return errors.New("digest is too long")
	case !within(m.NumCtx, maxTokens) || !within(m.NumPredict, maxTokens) || !within(m.ThinkBudget, maxTokens):
		return errors.New("num_ctx, num_predict, or think_budget is out of bounds")
	case !slices.Contains([]string{"", llm.ModeText, llm.ModeStructured}, m.Mode):
		return fmt.Errorf("mode is %.40q", m.Mode)
	case m.Think != nil && !isSwitch && (!isText || !isName(think)):
		return errors.New("think is neither true, false, nor the name of a level")
	case len(m.Options) > maxOptions:
		return fmt.Errorf("%d options; at most %d are allowed", len(m.Options), maxOptions)
	}
	return nil
}

func within(n, most int) bool { return n >= 0 && n <= most }

func isText(s string) bool { return len(s) <= maxText && utf8.ValidString(s) }

// areTexts reports whether these are columns of a topic.
func areTexts(values map[string]string) bool {
	n := 0
	for k, v := range values {
		if n += len(k) + len(v); !isText(k) || !isText(v) {
			return false
		}
	}
	return n <= maxText
}

// isName reports whether a text is a name without characters that a terminal or a
// file system would misinterpret.
func isName(s string) bool {
	return s != "" && len(s) <= maxName && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsPrint(r)
	})
}
