package topics

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// deepest is how many objects may stand around a list of topics.
const deepest = 3

// list is a list inside a JSON object.
type list struct {
	path string // its name, with those of the objects around it
	off  int64  // of its bracket
	n    int
	// objects or texts are what its first element shows it to hold; other
	// lists cannot be topics.
	objects, texts bool
}

// name is the last part of its path, as a column is named.
func (l list) name() string { return normalise(l.path[strings.LastIndexByte(l.path, '.')+1:]) }

// outline is what a JSON object holds, without its values.
type outline struct {
	lists []list
	// topic: the object has the topic column, so that it is one topic itself.
	// titled: it has a text with a name of such a column.
	topic, titled bool
}

// jsonForm finds the form of a text that begins with a brace: an object a line,
// objects over several lines, or one object around a list of topics.
func (in *Input) jsonForm(head []byte) error {
	t, err := in.text()
	if err != nil {
		return err
	}
	in.form = formLines
	d := json.NewDecoder(io.NewSectionReader(in.spool, 0, t.size))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		return nil // each line has its own error
	}
	var o outline
	if err := in.outline(d, "", 1, &o); err != nil {
		return in.brokenObject(err, d.InputOffset(), head)
	}
	_, err = d.Token()
	first, _, _ := bytes.Cut(head, []byte("\n"))
	if !errors.Is(err, io.EOF) {
		if !json.Valid(bytes.TrimSpace(first)) {
			in.form = formStream
		}
		return nil
	}
	in.form = formStream
	if o.topic && in.opts.Sheet == "" {
		return nil
	}
	return in.takeList(o)
}

// outline reads the rest of an object whose brace was read.
func (in *Input) outline(d *json.Decoder, path string, depth int, o *outline) error {
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		name := fmt.Sprint(key)
		value, err := d.Token()
		if err != nil {
			return err
		}
		switch {
		case value == json.Delim('{') && depth < deepest:
			err = in.outline(d, path+name+".", depth+1, o)
		case value == json.Delim('{'):
			_, err = skipped(d)
		case value == json.Delim('['):
			l := list{path: path + name, off: d.InputOffset() - 1}
			if d.More() {
				l.objects, l.texts, l.n, err = elements(d)
			} else {
				_, err = d.Token()
			}
			o.lists = append(o.lists, l)
		case depth == 1:
			_, text := value.(string)
			o.topic = o.topic || text && normalise(name) == "topic"
			o.titled = o.titled || text && (isTopicName(normalise(name)) || normalise(name) == normalise(in.opts.TopicColumn))
		}
		if err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// elements reads the rest of a list, and says what its first element is.
func elements(d *json.Decoder) (objects, texts bool, n int, err error) {
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return false, false, n, err
		}
		if n++; n == 1 {
			_, texts = t.(string)
			objects = t == json.Delim('{')
		}
		if t == json.Delim('{') || t == json.Delim('[') {
			if _, err := skipped(d); err != nil {
				return false, false, n, err
			}
		}
	}
	_, err = d.Token()
	return objects, texts, n, err
}

// skipped reads the rest of an object or a list.
func skipped(d *json.Decoder) (n int, err error) {
	for depth := 1; depth > 0; n++ {
		t, err := d.Token()
		switch {
		case err != nil:
			return n, err
		case t == json.Delim('{') || t == json.Delim('['):
			depth++
		case t == json.Delim('}') || t == json.Delim(']'):
			depth--
		}
	}
	return n, nil
}

// listNames are names of lists that hold topics, the likeliest first.
var listNames = strings.Fields(`topics posts articles blog_posts ideas titles keywords questions queries cards items entries pages rows records results data`)

// takeList makes the list of topics in an object the input, or says why none is
// certain. An object without lists is a topic, and so is one with a title whose
// lists do not have a name of topics.
func (in *Input) takeList(o outline) error {
	fit := o.fit()
	if want := in.opts.Sheet; want != "" {
		for _, l := range o.lists {
			if strings.EqualFold(l.path, want) {
				return in.begins(l)
			}
		}
		return &Error{File: in.name, Msg: fmt.Sprintf("there is no list %q in the JSON object; the lists are %s", want, quoted(paths(o.lists))), hint: sheetHint(fit)}
	}
	if len(fit) == 0 {
		return nil
	}
	var topics []list
	for _, l := range fit {
		if l.name() == "topics" || l.name() == "topic" {
			topics = append(topics, l)
		}
	}
	switch {
	case len(fit) == 1:
		return in.begins(fit[0])
	case len(topics) == 1:
		return in.begins(topics[0])
	}
	return &Error{File: in.name, Msg: "is one JSON object with several lists, and each could be the topics: " + quoted(paths(fit)), hint: sheetHint(fit)}
}

// fit returns the lists that could hold topics.
func (o *outline) fit() (fit []list) {
	for _, l := range o.lists {
		named := slices.Contains(listNames, l.name()) || isTopicName(l.name())
		if o.titled && l.texts && strings.Contains("keywords questions tags", l.name()) {
			continue // they are the title's
		}
		if (l.objects || l.texts) && (named || !o.titled && !slices.Contains(otherNames, l.name())) {
			fit = append(fit, l)
		}
	}
	return fit
}

func (in *Input) begins(l list) error {
	b := make([]byte, 32<<10)
	lines := 1
	for off := int64(0); off < l.off; {
		n, err := in.spool.ReadAt(b[:min(int64(len(b)), l.off-off)], off)
		lines += bytes.Count(b[:n], []byte("\n"))
		if off += int64(n); err != nil && n == 0 {
			return fmt.Errorf("read %s: %w", in.name, err)
		}
	}
	in.form, in.begin, in.within = formArray, place{l.off, lines, 0}, l.path
	in.assume("took the list %q of the JSON object, %s", l.path, count(l.n, "element"))
	return nil
}

func paths(lists []list) (all []string) {
	for _, l := range lists {
		all = append(all, l.path)
	}
	return all
}

// sheetHint names the likeliest of the lists.
func sheetHint(fit []list) string {
	if len(fit) == 0 {
		return ""
	}
	best, rank := fit[0], len(listNames)
	for _, l := range fit {
		if r := slices.Index(listNames, l.name()); r >= 0 && r < rank {
			best, rank = l, r
		}
	}
	return "--sheet " + quote(best.path)
}

// brokenObject is the error for an object over several lines that is no JSON.
// Where most lines have an object of their own, each has its own error.
func (in *Input) brokenObject(err error, off int64, head []byte) error {
	lines, own := bytes.Split(head, []byte("\n")), 0
	for _, l := range lines {
		if bytes.HasPrefix(bytes.TrimSpace(l), []byte("{\"")) {
			own++
		}
	}
	if len(lines) < 2 || own*2 >= len(lines) {
		return nil
	}
	at := 1 + bytes.Count(head[:min(off, int64(len(head)))], []byte("\n"))
	why := "is not JSON here: " + jsonFault(err)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		why = "has no end; the file seems to be cut off"
	}
	return &Error{File: in.name, Line: at, Msg: "the JSON object that begins in the first line " + why, hint: "save the file again as JSON, or write one object for each topic"}
}
