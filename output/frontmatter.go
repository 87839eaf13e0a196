package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/record"
	"go.yaml.in/yaml/v3"
)

// field is one line of the front matter.
type field struct {
	key   string
	value *yaml.Node
}

// text returns a quoted string node. YAML 1.1 readers, which some site generators
// use, do not take an unquoted "yes", "12:30" or "1_000" for a string.
func text(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: s}
}

func plainNode(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}

func list(items []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	if len(items) == 0 {
		n.Style = yaml.FlowStyle
	}
	for _, s := range items {
		n.Content = append(n.Content, text(s))
	}
	return n
}

func mapping(fields []field) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range fields {
		n.Content = append(n.Content, plainNode("!!str", f.key), f.value)
	}
	return n
}

// standard returns the keys of every post of a site, in their order. Other fields
// of a contract follow them.
func (s Site) standard(res *record.Result, date time.Time) []field {
	p, m := res.Post, s.dialect()
	title := p.Text("title")
	if title == "" {
		title = res.Topic
	}
	fields := slices.Concat(m.before, []field{
		{"title", text(title)},
		{"description", text(p.Text("description"))},
		{m.date, plainNode("!!timestamp", date.UTC().Format(time.RFC3339))},
		{"slug", text(res.Slug)},
		{"tags", list(p.List("tags"))},
		{"categories", list(p.List("categories"))},
		{m.draft, s.draftValue()},
	}, m.after)
	// A column of dates takes the place of the post's own date.
	for _, c := range res.Front {
		if s.isDate(c.Key) {
			fields[slices.IndexFunc(fields, func(f field) bool { return f.key == m.date })].value = plainNode("!!timestamp", c.Value)
		}
	}
	return slices.DeleteFunc(fields, func(f field) bool { return slices.Contains(m.drop, f.key) })
}

// encode returns the file of a post.
func (s Site) encode(res *record.Result, date time.Time) ([]byte, error) {
	p := res.Post
	fields := s.standard(res, date)
	taken := map[string]bool{"nightpress": true}
	for _, f := range fields {
		taken[f.key] = true
	}
	for _, v := range p.Fields {
		if taken[v.Key] || s.Reserved(v.Key) {
			continue
		}
		if v.List != nil {
			fields = append(fields, field{v.Key, list(v.List)})
		} else {
			fields = append(fields, field{v.Key, text(v.Text)})
		}
	}
	for _, c := range res.Front {
		if s.isDate(c.Key) || s.CheckColumn(c.Key) != nil {
			continue
		}
		value := text(c.Value)
		if c.Date {
			value = plainNode("!!timestamp", c.Value)
		}
		fields = append(fields, field{c.Key, value})
	}
	fields = append(fields, field{"nightpress", mapping(s.provenance(res))})
	var b bytes.Buffer
	b.WriteString("---\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(mapping(fields)), e.Close()); err != nil {
		return nil, fmt.Errorf("front matter of %s: %w", res.Slug, err)
	}
	b.WriteString("---\n\n")
	b.WriteString(s.dialect().escape(p.Body))
	b.WriteString("\n")
	return addChecksum(b.Bytes()), nil
}

// provenance returns the nightpress block of the front matter.
func (s Site) provenance(res *record.Result) []field {
	var codes []string
	for _, r := range res.Repairs() {
		codes = append(codes, r.Code.String())
	}
	// A post without an attempt was accepted from a person.
	var seed int64
	origin := "hand"
	if n := len(res.Attempts); n > 0 {
		seed, origin = res.Attempts[n-1].Seed, "model"
	}
	fields := []field{
		{"id", text(res.ID)},
		{"model", text(res.Model)},
		{"digest", text(res.Digest)},
		{"prompt", text(res.Prompt)},
		{"site", text(s.name())},
		{"seed", plainNode("!!int", fmt.Sprint(seed))},
		{"attempts", plainNode("!!int", fmt.Sprint(len(res.Attempts)))},
		{"repairs", list(codes)},
		{"origin", text(origin)},
	}
	if s.Full {
		fields = append(fields, madeWith(res)...)
	}
	return append(fields, field{"sum", text(blankChecksum)})
}

// madeWith is what a post was made with; nothing if that is not known.
func madeWith(res *record.Result) []field {
	if res.Made == nil {
		return nil
	}
	setup, err := res.Made.Read()
	if err != nil {
		return nil
	}
	var servers []field
	for _, m := range setup.Servers {
		if m.Name == res.Server || res.Server == "" {
			servers = append(servers, field{"server", text(m.Name)}, field{"server_version", text(m.Version)})
			break
		}
	}
	if servers == nil {
		servers = []field{{"server", text(res.Server)}}
	}
	var options []field
	for _, name := range slices.Sorted(maps.Keys(setup.Options)) {
		options = append(options, field{name, jsonNode(setup.Options[name])})
	}
	// What was sent begins with the messages, by role. Very long ones are in the
	// ledger alone, because only the beginning of a file is read.
	var messages map[string]string
	if len(res.Made.Sent) > maxHead/4 || json.NewDecoder(strings.NewReader(res.Made.Sent)).Decode(&messages) != nil {
		messages = nil // a damaged text
	}
	var sent []field
	for _, role := range slices.Sorted(maps.Keys(messages)) {
		sent = append(sent, field{strings.ToLower(role), text(messages[role])})
	}
	return append(append([]field{{"version", text(setup.Nightpress)}}, servers...),
		field{"identity", text(setup.Model.Identity)},
		field{"parameters", text(setup.Model.Parameters)},
		field{"quantization", text(setup.Model.Quantization)},
		field{"mode", text(setup.Mode)},
		field{"think", jsonNode(setup.Think)},
		field{"options", mapping(options)},
		field{"messages", mapping(sent)},
	)
}

// jsonNode is a value of a configuration as a node: JSON is YAML.
func jsonNode(v any) *yaml.Node {
	if s, is := v.(string); is {
		return text(s)
	}
	var n yaml.Node
	if err := n.Encode(v); err != nil {
		return text(fmt.Sprint(v))
	}
	return &n
}

// Decode splits a post's file into its front matter and its body. It removes the
// escapes of the site that the front matter names, so that the body is what the
// model wrote.
func Decode(file []byte) (meta map[string]any, body string, err error) {
	rest, ok := strings.CutPrefix(string(file), "---\n")
	if !ok {
		return nil, "", errors.New("no front matter")
	}
	head, body, ok := strings.Cut(rest, "\n---\n")
	if !ok {
		return nil, "", errors.New("the front matter does not end")
	}
	if err := yaml.Unmarshal([]byte(head), &meta); err != nil {
		return nil, "", fmt.Errorf("front matter: %w", err)
	}
	body = strings.TrimSuffix(strings.TrimPrefix(body, "\n"), "\n")
	block, _ := meta["nightpress"].(map[string]any)
	if name, _ := block["site"].(string); name != "" {
		if m, known := sites[name]; known {
			body = m.unescape(body)
		}
	}
	return meta, body, nil
}

// dateOf returns the date in a post's front matter.
func dateOf(meta map[string]any) (time.Time, bool) {
	for _, key := range []string{"date", "pubDate"} {
		if date, ok := meta[key].(time.Time); ok {
			return date, true
		}
	}
	return time.Time{}, false
}
