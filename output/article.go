package output

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/reply"
	"go.yaml.in/yaml/v3"
)

// Article is a post's file, taken apart for a check. A person may have edited it.
type Article struct {
	// Fields are the texts and lists of the front matter, by their keys.
	Fields []reply.Written
	// Body is what Decode returns, and Line the line of the file at which it
	// begins, from 1.
	Body string
	Line int
}

// ReadArticle takes a post's file apart. Line ends of other systems and a byte order
// mark, which editors add, are accepted.
func ReadArticle(file []byte) (*Article, error) {
	file = bytes.ReplaceAll(bytes.TrimPrefix(file, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	meta, body, err := Decode(file)
	if err != nil {
		return nil, err
	}
	a := &Article{Body: body}
	head, below, _ := strings.Cut(strings.TrimPrefix(string(file), "---\n"), "\n---\n")
	a.Line = strings.Count(head, "\n") + 4
	if strings.HasPrefix(below, "\n") {
		a.Line++
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(head), &doc); err != nil {
		return nil, fmt.Errorf("front matter: %w", err)
	}
	if len(meta) == 0 || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("the front matter has no keys")
	}
	pairs := doc.Content[0].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		a.Fields = append(a.Fields, written(pairs[i], pairs[i+1]))
	}
	return a, nil
}

// written is a key of the front matter with its texts. The first line of the file is
// the one above the front matter.
func written(key, value *yaml.Node) reply.Written {
	w := reply.Written{Key: key.Value, Line: key.Line + 1}
	all := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		all = value.Content
	}
	for _, n := range all {
		if n.Alias != nil {
			n = n.Alias
		}
		if s := strings.TrimSpace(n.Value); n.Kind == yaml.ScalarNode && n.Tag != "!!null" && s != "" {
			w.Values = append(w.Values, s)
		}
	}
	return w
}
