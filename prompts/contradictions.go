package prompts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nightpress/nightpress/internal/language"
)

// Contradictions says where the prompt asks for one thing and its contract wants
// another: a number of words outside the contract's bounds, or another language.
// Every reply that follows the prompt is then malformed. row holds a topic's
// columns; nil means the prompt's own settings. The texts are for a person.
//
// A topic's own category is no contradiction: For adds it to the closed list.
func (p *Prompt) Contradictions(row map[string]string) (all []string) {
	values, used := p.values(row), p.Columns()
	value := func(name string) string {
		if v, ok := values[name].(string); ok && slices.Contains(used, name) {
			return strings.TrimSpace(v)
		}
		return ""
	}
	body := p.Contract.Body
	if n, err := strconv.Atoi(value("words")); err == nil {
		if n < body.MinWords {
			all = append(all, fmt.Sprintf("the prompt asks for %d words, and the contract wants at least %d", n, body.MinWords))
		}
		if body.MaxWords > 0 && n > body.MaxWords {
			all = append(all, fmt.Sprintf("the prompt asks for %d words, and the contract allows at most %d", n, body.MaxWords))
		}
	}
	asked, known := language.Of(value("language"))
	wanted, checked := language.Of(p.language(values))
	if known && checked && asked.String() != wanted.String() {
		all = append(all, fmt.Sprintf("the prompt asks for %s, and the contract wants %s", asked, wanted))
	}
	return all
}
