package reply

import "strings"

// headers reads the header fields and returns the line, from 0, at which the
// body begins.
func (j *judgement) headers() int {
	i := j.first
	for i < len(j.lines) {
		if _, _, ok := j.c.header(j.lines[i]); ok {
			break
		}
		i++
	}
	if i == len(j.lines) {
		return i
	}
	j.chatter(i)
	var last *found
	var lastField *Field
	order := 0
	for ; i < len(j.lines); i++ {
		line := j.lines[i]
		if f, value, ok := j.c.header(line); ok {
			if j.values[f.Key] != nil {
				break // a second one belongs to the body, or to a second post
			}
			last, lastField = &found{text: value, line: i + 1}, f
			j.values[f.Key] = last
			order = j.dress(line, f, order, i+1)
			continue
		}
		t := strings.TrimSpace(line)
		if item, ok := bullet(t); ok && last != nil && lastField.Kind == "list" && strings.TrimSpace(last.text) == "" {
			last.items = append(last.items, item)
			continue
		}
		if rest, ok := j.c.isBodyLabel(line); ok {
			j.repair("echoed-body-label", i+1)
			j.lines[i] = rest
			return i
		}
		if t != "" {
			break
		}
	}
	return i
}

// chatter names what stands before the first field.
func (j *judgement) chatter(first int) {
	for i := j.first; i < first; i++ {
		t := strings.TrimSpace(j.lines[i])
		switch {
		case t == "" || strings.HasPrefix(t, thinkBegin):
		case strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~"):
			j.repair("fenced-reply", i+1)
		default:
			j.repair("preamble", i+1)
		}
	}
}

// dress names how a field's line differs from what was asked for.
func (j *judgement) dress(line string, f *Field, order, at int) int {
	if !exact(line, f) {
		name, _, _ := splitLabel(line)
		if name == fold(f.Label) {
			j.repair("label-dressing", at)
		} else {
			j.repair("label-alias", at)
		}
	}
	for i := range j.c.Fields {
		if &j.c.Fields[i] == f {
			if i < order {
				j.repair("field-order", at)
			}
			return max(order, i)
		}
	}
	return order
}

func bullet(t string) (string, bool) {
	for _, b := range []string{"- ", "* ", "+ ", "• "} {
		if rest, ok := strings.CutPrefix(t, b); ok {
			return rest, true
		}
	}
	return "", false
}
