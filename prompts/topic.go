package prompts

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
)

// For returns the prompt with its contract as it is for one topic: rules with
// the topic's columns in them, its language, and its category as an allowed
// value. A rule whose columns are blank is left out. row may be nil, for a
// reply whose topic is not known. It may be called from many goroutines.
func (p *Prompt) For(row map[string]string) *Prompt {
	values := p.values(row)
	c := *p.Contract
	c.Language = p.language(values)
	c.Body.Forbid = fillRules(c.Body.Forbid, values)
	c.Body.Require = fillRules(c.Body.Require, values)
	c.Fields = allow(c.Fields, row)
	if c.Body.URLs == contract.FromTopic && row != nil {
		c.Given = p.given(row)
	}
	p.forTopic(&c, row)
	own := *p
	own.Contract = &c
	return &own
}

// given is what a post may take from its topic. A row that cannot be rendered has no
// reply.
func (p *Prompt) given(row map[string]string) *contract.Given {
	msgs, err := p.Render(row)
	if err != nil {
		return nil
	}
	texts := []string{msgs.System, msgs.User}
	for _, key := range slices.Sorted(maps.Keys(row)) {
		texts = append(texts, row[key])
	}
	return &contract.Given{Addresses: reply.Addresses(texts...)}
}

// language is the contract's for one topic, "" if that is not known.
func (p *Prompt) language(values map[string]any) string {
	text := p.Contract.Language
	if text == "" {
		text = "{{.language}}"
	}
	text, _ = fill(text, values)
	return text
}

// fillRules puts a topic's columns into rules.
func fillRules(rules []contract.Rule, values map[string]any) []contract.Rule {
	var all []contract.Rule
	for _, r := range rules {
		text, whole := fill(r.Text, values)
		pattern, wholeToo := fill(r.Pattern, quoted(r.Pattern, values))
		if !whole || !wholeToo || strings.TrimSpace(text+pattern) == "" {
			continue
		}
		ask, _ := fill(r.Ask, values)
		all = append(all, contract.Rule{Text: text, Pattern: pattern, Ask: ask})
	}
	return all
}

// quoted are the values as a pattern takes them: letter by letter.
func quoted(pattern string, values map[string]any) map[string]any {
	if !strings.Contains(pattern, "{{") {
		return values
	}
	all := make(map[string]any, len(values))
	for k, v := range values {
		all[k] = regexp.QuoteMeta(fmt.Sprint(v))
	}
	return all
}

// fill executes a text as a template. whole is false where one of its values is
// blank or missing.
func fill(text string, values map[string]any) (s string, whole bool) {
	if !strings.Contains(text, "{{") {
		return text, true
	}
	if name, ok := strings.CutPrefix(text, "{{."); ok {
		// Most of them are one column.
		if v, ok := values[strings.TrimSuffix(name, "}}")].(string); ok {
			v = strings.TrimSpace(v)
			return v, v != ""
		}
	}
	t, err := template.New("rule").Option("missingkey=error").Parse(text)
	if err != nil {
		return "", false // Parse says so
	}
	for _, name := range columnsOf(t) {
		if v, ok := values[name]; !ok || strings.TrimSpace(fmt.Sprint(v)) == "" {
			return "", false
		}
	}
	var b bytes.Buffer
	if t.Execute(&b, values) != nil {
		return "", false
	}
	return strings.TrimSpace(b.String()), true
}

func columnsOf(t *template.Template) (names []string) {
	if t.Tree == nil {
		return nil
	}
	w := walker{tree: t.Tree, seen: map[string]int{}, at: 1}
	w.walk(t.Root)
	for name := range w.seen {
		names = append(names, name)
	}
	return names
}

// allow adds a topic's own value for a closed list to it: the column "category"
// to the field "categories".
func allow(fields []contract.Field, row map[string]string) []contract.Field {
	own := fields
	for i := range fields {
		f := &fields[i]
		if len(f.OneOf) == 0 {
			continue
		}
		for _, v := range ownValues(f, row) {
			if reply.Knows(&own[i], v) {
				continue
			}
			if &own[0] == &fields[0] {
				own = slices.Clone(fields)
			}
			own[i].OneOf = append(slices.Clip(own[i].OneOf), v)
		}
	}
	return own
}

// ownValues are a topic's values for a field, from the column of its name.
func ownValues(f *contract.Field, row map[string]string) []string {
	all := reply.Values(f, row[f.Key])
	if one := singular(f.Key); one != f.Key {
		all = append(all, reply.Values(f, row[one])...)
	}
	return all
}

func singular(key string) string {
	if s, ok := strings.CutSuffix(key, "ies"); ok {
		return s + "y"
	}
	return strings.TrimSuffix(key, "s")
}

// WithValues returns the prompt with another closed list for the field of this
// key. The template must contain {{range allowed "key"}} where the list belongs.
func (p *Prompt) WithValues(key string, values []string) (*Prompt, error) {
	c := *p.Contract
	c.Fields = slices.Clone(c.Fields)
	i := slices.IndexFunc(c.Fields, func(f contract.Field) bool { return f.Key == key })
	if i < 0 {
		return nil, fmt.Errorf("prompt %s has no field %q", p.Name, key)
	}
	c.Fields[i].OneOf = values
	if err := reply.Validate(&c); err != nil {
		return nil, fmt.Errorf("prompt %s: %w", p.Name, err)
	}
	t, err := p.tmpl.Clone()
	if err != nil {
		return nil, fmt.Errorf("prompt %s: %w", p.Name, err)
	}
	own := *p
	own.Contract = &c
	own.lists = maps.Clone(p.lists)
	if own.lists == nil {
		own.lists = map[string][]string{}
	}
	own.lists[key] = values
	own.tmpl = t.Funcs(functions(&c))
	own.folded = newRenderer(own.tmpl)
	return &own, nil
}

// functions are what a template can call.
func functions(c *contract.Contract) template.FuncMap {
	return template.FuncMap{
		// allowed lists the values that a field may have.
		"allowed": func(key string) ([]string, error) {
			for i := range c.Fields {
				if c.Fields[i].Key == key {
					return c.Fields[i].OneOf, nil
				}
			}
			return nil, fmt.Errorf("the contract has no field %q", key)
		},
	}
}

// checkRules finds what is wrong with the templates in a contract's rules: a
// column that the prompt never mentions is one that the model cannot know.
func (p *Prompt) checkRules(front string) error {
	uses := p.Columns()
	b := p.Contract.Body
	for i, r := range slices.Concat(b.Forbid, b.Require) {
		key := "forbid"
		if i >= len(b.Forbid) {
			key = "require"
		}
		for _, text := range []string{r.Text, r.Pattern, r.Ask} {
			t, err := template.New("rule").Parse(text)
			if err != nil {
				return &Error{File: p.Source, Line: lineOfText(front, text) + 1, Err: fmt.Errorf("contract: %s: %w", key, err), hint: `{{.keyword}} inserts the column "keyword"`}
			}
			for _, name := range columnsOf(t) {
				if !slices.Contains(uses, name) {
					return &Error{File: p.Source, Line: lineOfText(front, text) + 1, Err: fmt.Errorf("contract: %s has {{.%s}}, which the template does not use", key, name), hint: fmt.Sprintf("use {{.%s}} in the template, so that the model knows the requirement", name)}
				}
			}
		}
	}
	return nil
}

// lineOfText finds the line of the front matter, from 1, with this text; 0
// where there is none.
func lineOfText(front, text string) int {
	for i, line := range strings.Split(front, "\n") {
		if text != "" && strings.Contains(line, text) {
			return i + 1
		}
	}
	return 0
}
