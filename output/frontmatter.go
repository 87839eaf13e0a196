package output

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nightpress/nightpress/batch"
	"go.yaml.in/yaml/v3"
)

// field is one line of the front matter.
type field struct {
	key   string
	value *yaml.Node
}

// text is a string node. It is always quoted: an unquoted "yes", "12:30" or
// "1_000" is no string to the YAML 1.1 readers that some site generators use.
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

// standard are the keys in their order; other fields of a contract follow.
var standard = []string{"title", "description", "date", "slug", "tags", "categories", "draft"}

// encode makes the file of a post.
func encode(res *batch.Result, date time.Time) ([]byte, error) {
	p := res.Post
	values := map[string]*yaml.Node{
		"title":       text(p.Text("title")),
		"description": text(p.Text("description")),
		"date":        plainNode("!!timestamp", date.UTC().Format(time.RFC3339)),
		"slug":        text(res.Slug),
		"tags":        list(p.List("tags")),
		"categories":  list(p.List("categories")),
		"draft":       plainNode("!!bool", "false"),
	}
	if p.Text("title") == "" {
		values["title"] = text(res.Topic)
	}
	var fields []field
	for _, k := range standard {
		fields = append(fields, field{k, values[k]})
	}
	for _, v := range p.Fields {
		if values[v.Key] != nil || v.Key == "nightpress" {
			continue
		}
		if v.List != nil {
			fields = append(fields, field{v.Key, list(v.List)})
		} else {
			fields = append(fields, field{v.Key, text(v.Text)})
		}
	}
	fields = append(fields, field{"nightpress", mapping(provenance(res))})
	var b bytes.Buffer
	b.WriteString("---\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(mapping(fields)), e.Close()); err != nil {
		return nil, fmt.Errorf("front matter of %s: %w", res.Slug, err)
	}
	b.WriteString("---\n\n")
	b.WriteString(p.Body)
	b.WriteString("\n")
	return b.Bytes(), nil
}

// provenance says how the post came about.
func provenance(res *batch.Result) []field {
	var codes []string
	for _, r := range res.Repairs() {
		codes = append(codes, r.Code)
	}
	last := res.Attempts[len(res.Attempts)-1]
	return []field{
		{"id", text(res.ID)},
		{"model", text(res.Model)},
		{"digest", text(res.Digest)},
		{"prompt", text(res.Prompt)},
		{"seed", plainNode("!!int", fmt.Sprint(last.Seed))},
		{"attempts", plainNode("!!int", fmt.Sprint(len(res.Attempts)))},
		{"repairs", list(codes)},
	}
}

// Decode takes a post's file apart into its front matter and its body.
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
	return meta, strings.TrimSuffix(strings.TrimPrefix(body, "\n"), "\n"), nil
}
