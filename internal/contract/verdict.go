package contract

// Post is a reply that meets its contract, after repairs.
type Post struct {
	// Fields holds the values of the contract's fields that the reply has, in
	// the contract's order.
	Fields []Value `json:"fields"`
	// Body is Markdown with LF line ends, without trailing blanks and without a
	// final newline.
	Body string `json:"body"`
	// Words counts the body's words.
	Words int `json:"words"`
}

// Value is the content of one header field: Text, or List for a list field.
type Value struct {
	Key  string   `json:"key"`
	Text string   `json:"text,omitempty"`
	List []string `json:"list,omitempty"`
}

// Text returns the text of the field with this key, or "".
func (p *Post) Text(key string) string {
	for _, v := range p.Fields {
		if v.Key == key {
			return v.Text
		}
	}
	return ""
}

// List returns the items of the field with this key, or nil.
func (p *Post) List(key string) []string {
	for _, v := range p.Fields {
		if v.Key == key {
			return v.List
		}
	}
	return nil
}

// Verdict is the result of reading a reply: a post or problems. Repairs are listed
// in both cases.
type Verdict struct {
	// Post is nil if there is a problem.
	Post     *Post
	Repairs  []Repair
	Problems []Problem
	// Draft is the usable part of a malformed reply. It is nil for a post, and
	// if no part is usable.
	Draft *Draft
}

// Taken returns the verdict on a post whose fields, or whose whole text, others have
// already: a draft without what is taken.
func (p *Post) Taken(problems []Problem) Verdict {
	d := &Draft{Body: p.Body, Closed: true}
	taken := map[string]bool{}
	for _, one := range problems {
		taken[one.Field] = true
	}
	for _, f := range p.Fields {
		if taken[f.Key] {
			d.Missing = append(d.Missing, f.Key)
		} else {
			d.Fields = append(d.Fields, f)
		}
	}
	return Verdict{Problems: problems, Draft: d}
}

// Draft is the usable part of a malformed reply, which need not be requested
// again.
type Draft struct {
	// Fields holds the fields without a problem, in the contract's order.
	Fields []Value
	// Missing holds the keys of the other fields, in the same order.
	Missing []string
	// Body is the available Markdown, tidied like a post's, without a marker.
	// It may be empty.
	Body string
	// NoBody is set if the reply was to have header fields alone (Contract.Only).
	NoBody bool
	// Closed is set if an end marker was seen.
	Closed bool
}
