package reply

import (
	"fmt"
	"slices"
	"strings"
)

// Validate tells whether the contract can be met and makes sense. Its error
// names the field.
func (c *Contract) Validate() error {
	labels, keys := map[string]bool{}, map[string]bool{}
	for i := range c.Fields {
		f := &c.Fields[i]
		if f.Key == "" || f.Label == "" {
			return fmt.Errorf("field %d needs both a key and a label", i+1)
		}
		if err := f.validate(); err != nil {
			return fmt.Errorf("field %s: %w", f.Key, err)
		}
		if keys[f.Key] {
			return fmt.Errorf("field %s is there twice", f.Key)
		}
		keys[f.Key] = true
		for _, l := range append([]string{f.Label}, f.Aliases...) {
			if labels[fold(l)] {
				return fmt.Errorf("field %s: the label %s is another field's too", f.Key, l)
			}
			labels[fold(l)] = true
		}
	}
	for _, m := range c.End {
		if markerCore(m) == "" {
			return fmt.Errorf("end marker %q has no letters", m)
		}
	}
	if b := c.Body; b.MaxWords > 0 && b.MinWords > b.MaxWords {
		return fmt.Errorf("body: min_words %d is more than max_words %d", b.MinWords, b.MaxWords)
	}
	return nil
}

func (f *Field) validate() error {
	switch {
	case !slices.Contains([]string{"", "text", "list"}, f.Kind):
		return fmt.Errorf("kind %q is not text or list", f.Kind)
	case !slices.Contains([]string{"", "map", "drop", "reject"}, f.Unknown):
		return fmt.Errorf("unknown %q is not map, drop or reject", f.Unknown)
	case f.Min < 0 || f.Max < 0 || f.Max > 0 && f.Min > f.Max:
		return fmt.Errorf("min %d and max %d cannot both hold", f.Min, f.Max)
	case f.Unknown != "" && len(f.OneOf) == 0:
		return fmt.Errorf("unknown is set and one_of is empty")
	case strings.ContainsAny(f.Label, ":：\n"):
		return fmt.Errorf("label %q holds a colon or a line end", f.Label)
	}
	return nil
}
