package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Rule is something that a body must or must not contain: a text, or a match of a
// pattern. In TOML and JSON, it is a string (the text) or a table. Text and Ask
// may use columns of the topics, as a prompt does: "{{.keyword}}".
type Rule struct {
	// Text is matched in any letter case. Spaces and line ends are equivalent.
	Text string `json:"text,omitempty"`
	// Pattern is a regular expression (RE2). "(?i)" ignores letter case.
	Pattern string `json:"pattern,omitempty"`
	// Ask is the instruction for the model; if empty, it is derived from the
	// rule.
	Ask string `json:"ask,omitempty"`
}

// String is the rule as it appears in a message.
func (r Rule) String() string {
	if r.Pattern != "" {
		return "/" + r.Pattern + "/"
	}
	return fmt.Sprintf("%q", r.Text)
}

// Matcher returns a function that finds the rule in a text. It returns the line
// at which the match begins, from 0, or -1.
func (r Rule) Matcher() (func(text string) int, error) {
	if r.Pattern != "" {
		re, err := regexp.Compile(r.Pattern)
		if err != nil {
			return nil, err
		}
		return func(text string) int { return lineOf(re, text) }, nil
	}
	words := strings.Fields(strings.ToLower(r.Text))
	if len(words) == 0 {
		return nil, errors.New("an empty phrase occurs in every post")
	}
	phrase := strings.Join(words, " ")
	return func(text string) int {
		text = strings.ToLower(text)
		if at := strings.Index(text, phrase); at >= 0 {
			return strings.Count(text[:at], "\n")
		}
		if len(words) == 1 || !containsAll(text, words) {
			return -1
		}
		return lineOf(regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(phrase), " ", `\s+`)), text)
	}, nil
}

// containsAll is a cheap test that is almost always false.
func containsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func lineOf(re *regexp.Regexp, text string) int {
	if loc := re.FindStringIndex(text); loc != nil {
		return strings.Count(text[:loc[0]], "\n")
	}
	return -1
}

// plain is a Rule without its methods.
type plain Rule

// MarshalJSON writes a rule with only a text as a string, as versions without
// patterns did: job IDs depend on it.
func (r Rule) MarshalJSON() ([]byte, error) {
	if r == (Rule{Text: r.Text}) {
		return json.Marshal(r.Text)
	}
	return json.Marshal(plain(r))
}

func (r *Rule) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &r.Text)
	}
	return json.Unmarshal(data, (*plain)(r))
}

// UnmarshalTOML reads a string or a table.
func (r *Rule) UnmarshalTOML(v any) error {
	switch v := v.(type) {
	case string:
		r.Text = v
		return nil
	case map[string]any:
		for key, value := range v {
			s, ok := value.(string)
			if !ok {
				return fmt.Errorf("%s is not a string", key)
			}
			switch key {
			case "text":
				r.Text = s
			case "pattern":
				r.Pattern = s
			case "ask":
				r.Ask = s
			default:
				return fmt.Errorf("unknown key %q; a rule has text, pattern, and ask", key)
			}
		}
		if (r.Text == "") == (r.Pattern == "") {
			return errors.New("a rule has either text or pattern")
		}
		return nil
	}
	return errors.New("a rule is a string, or a table with text or pattern, and ask")
}
