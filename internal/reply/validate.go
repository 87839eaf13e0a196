package reply

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/nightpress/nightpress/internal/contract"
)

// ContractError is a fault in a contract, with its position.
type ContractError struct {
	// Field is the index of the field, or -1 if the fault is elsewhere.
	Field int
	// Key is the setting's name, such as "max". Value is the wrong one of its
	// values, if it has several.
	Key, Value string
	Err        error
	// Hint says how to correct it.
	Hint string
}

func (e *ContractError) Error() string { return e.Err.Error() }
func (e *ContractError) Unwrap() error { return e.Err }

// Validate reports whether a contract makes sense and can be met. Its error is a
// *ContractError.
func Validate(c *contract.Contract) error {
	labels, keys := map[string]string{}, map[string]bool{}
	for i := range c.Fields {
		f := &c.Fields[i]
		if e := validateField(f); e != nil {
			e.Field, e.Err = i, fmt.Errorf("field %s: %w", fieldName(f, i), e.Err)
			return e
		}
		if keys[f.Key] {
			return &ContractError{i, "key", f.Key, fmt.Errorf("field %s is defined twice", f.Key), "give each field a key of its own"}
		}
		keys[f.Key] = true
		for _, l := range append([]string{f.Label}, f.Aliases...) {
			if other, taken := labels[fold(l)]; taken {
				return &ContractError{i, whose(f, l), l, fmt.Errorf("field %s: the label %s is the label or an alias of %s already", f.Key, l, other), "labels must differ in more than letter case, blanks, and underscores"}
			}
			labels[fold(l)] = f.Key
		}
	}
	if e := validateBody(&c.Body, labels); e != nil {
		e.Field = -1
		return e
	}
	return validateEnd(c, labels)
}

func fieldName(f *contract.Field, i int) string {
	if f.Key == "" {
		return fmt.Sprint(i + 1)
	}
	return f.Key
}

func whose(f *contract.Field, l string) string {
	if l == f.Label {
		return "label"
	}
	return "aliases"
}

func validateField(f *contract.Field) *ContractError {
	fault := func(key, value, hint, format string, args ...any) *ContractError {
		return &ContractError{Key: key, Value: value, Err: fmt.Errorf(format, args...), Hint: hint}
	}
	switch {
	case f.Key == "":
		return fault("key", "", `key = "title"`, "a field needs a key, its name in a post's front matter")
	case strings.IndexFunc(f.Key, func(r rune) bool { return !letterOrDigit(r) && r != '_' && r != '-' }) >= 0:
		return fault("key", f.Key, "letters, digits, _ and - make a key", "key %q holds %q", f.Key, strings.TrimFunc(f.Key, letterOrDigit))
	case f.Label == "":
		return fault("label", "", fmt.Sprintf("label = %q", strings.ToUpper(f.Key)), "a field needs a label, what stands before the colon in a reply")
	case !slices.Contains([]contract.Kind{{}, contract.Text, contract.List}, f.Kind):
		return fault("kind", f.Kind.String(), `kind = "list"`, "kind %q is not text or list", f.Kind)
	case !slices.Contains([]contract.Unknown{{}, contract.Map, contract.Drop, contract.Reject}, f.Unknown):
		return fault("unknown", f.Unknown.String(), `unknown = "map"`, "unknown %q is not map, drop or reject", f.Unknown)
	case f.Min < 0 || f.Max < 0 || f.Max > 0 && f.Min > f.Max:
		return fault("min", "", "min is at most max, and 0 is no bound", "min %d and max %d cannot both hold", f.Min, f.Max)
	case f.Unknown != (contract.Unknown{}) && len(f.OneOf) == 0:
		return fault("unknown", "", "list the values in one_of, or drop unknown", "unknown is set and one_of is empty")
	}
	for _, l := range append([]string{f.Label}, f.Aliases...) {
		if why := badLabel(l); why != "" {
			return fault(whose(f, l), l, "a label is a word or a few, such as META_DESCRIPTION", "label %q %s", l, why)
		}
	}
	return validateOneOf(f, fault)
}

func validateOneOf(f *contract.Field, fault func(key, value, hint, format string, args ...any) *ContractError) *ContractError {
	seen := map[string]bool{}
	for _, o := range f.OneOf {
		switch {
		case o == "":
			return fault("one_of", o, "take the empty value out, or make the field optional", "one_of holds an empty value")
		case seen[meaning(o)]:
			return fault("one_of", o, "letter case, punctuation and plurals do not tell values apart", "one_of holds %q twice", o)
		case f.Kind == contract.List && strings.ContainsAny(o, dividers):
			return fault("one_of", o, "write it without, for example with \"and\"", "one_of %q holds a %q, which divides the items of a list", o, o[strings.IndexAny(o, dividers):][:1])
		case f.Kind == contract.List && item(o) != o || unquote(o) != o:
			return fault("one_of", o, "write the bare value", "one_of %q has marks around it that a reader takes away", o)
		case f.Kind != contract.List && (len([]rune(o)) < f.Min || f.Max > 0 && len([]rune(o)) > f.Max):
			return fault("one_of", o, "min and max are not needed beside one_of", "one_of %q is not between min %d and max %d characters", o, f.Min, f.Max)
		}
		seen[meaning(o)] = true
	}
	if f.Kind == contract.List && len(f.OneOf) > 0 && f.Min > len(f.OneOf) {
		return fault("min", "", "lower min or list more values", "min %d items cannot be had from %d values", f.Min, len(f.OneOf))
	}
	return nil
}

// badLabel returns what is wrong with a label, or "".
func badLabel(l string) string {
	switch {
	case strings.IndexFunc(l, unicode.IsLetter) < 0:
		return "has no letter"
	case strings.ContainsAny(l, ":：\r\n"):
		return "holds a colon or a line end"
	case len(l) >= longestLabel:
		return fmt.Sprintf("is longer than %d bytes", longestLabel-1)
	case undress(l) != fold(l):
		return "has marks around it that a reader passes over"
	}
	return ""
}

func validateBody(b *contract.Body, labels map[string]string) *ContractError {
	fault := func(key, value, hint, format string, args ...any) *ContractError {
		return &ContractError{Key: key, Value: value, Err: fmt.Errorf("body: "+format, args...), Hint: hint}
	}
	switch {
	case b.MinWords < 0 || b.MaxWords < 0 || b.MaxWords > 0 && b.MinWords > b.MaxWords:
		return fault("min_words", "", "min_words is at most max_words, and 0 is no bound", "min_words %d and max_words %d cannot both hold", b.MinWords, b.MaxWords)
	case b.MinHeadings < 0:
		return fault("min_headings", "", "0 is no bound", "min_headings %d is less than nothing", b.MinHeadings)
	case b.URLs != contract.URLs{} && b.URLs != contract.FromTopic:
		return fault("urls", b.URLs.String(), `urls = "from-topic"`, "urls %q is not from-topic", b.URLs)
	case !slices.Contains([]contract.UnknownURLs{{}, contract.Unlink, contract.RejectURLs}, b.UnknownURLs):
		return fault("unknown_urls", b.UnknownURLs.String(), `unknown_urls = "unlink"`, "unknown_urls %q is not unlink or reject", b.UnknownURLs)
	case b.UnknownURLs != contract.UnknownURLs{} && b.URLs == contract.URLs{}:
		return fault("unknown_urls", "", `urls = "from-topic"`, "unknown_urls is set and urls is not")
	case b.Code != contract.Code{} && b.Code != contract.Parses:
		return fault("code", b.Code.String(), `code = "parses"`, "code %q is not parses", b.Code)
	}
	if b.Label != "" {
		if why := badLabel(b.Label); why != "" {
			return fault("label", b.Label, "a label is a word or a few, such as POST_CONTENT", "label %q %s", b.Label, why)
		}
		if other, taken := labels[fold(b.Label)]; taken {
			return fault("label", b.Label, "give the body a label of its own, or none", "label %s is the label or an alias of %s already", b.Label, other)
		}
	}
	for _, r := range b.Forbid {
		if _, err := r.Matcher(); err != nil {
			return fault("forbid", r.Text+r.Pattern, "take it out, or mend it", "forbid holds %s: %v", r, err)
		}
	}
	for _, r := range b.Require {
		if _, err := r.Matcher(); err != nil {
			return fault("require", r.Text+r.Pattern, "take it out, or mend it", "require holds %s: %v", r, err)
		}
	}
	return nil
}

func validateEnd(c *contract.Contract, labels map[string]string) error {
	seen := map[string]bool{}
	for _, m := range c.End {
		fault := func(hint, format string, args ...any) error {
			return &ContractError{-1, "end", m, fmt.Errorf(format, args...), hint}
		}
		switch core := markerCore(m); {
		case core == "":
			return fault(`end = ["</END>"]`, "end marker %q has no letters, or more than %d bytes", m, longestLabel)
		case strings.TrimSpace(m) != m || strings.ContainsAny(m, "\r\n`"):
			return fault("write the bare marker", "end marker %q has blanks around it, a line end or a backtick", m)
		case labels[fold(m)] != "":
			return fault("give the marker a name of its own", "end marker %q is the label or an alias of %s", m, labels[fold(m)])
		case seen[strings.ToLower(m)]:
			return fault("letter case does not tell markers apart", "end marker %q is there twice", m)
		}
		seen[strings.ToLower(m)] = true
	}
	return nil
}
