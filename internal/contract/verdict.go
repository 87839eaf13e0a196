package contract

// Post is a reply that meets its contract, after repairs.
type Post struct {
	// Fields holds one value for each field of the contract that the reply
	// has, in the contract's order.
	Fields []Value `json:"fields"`
	// Body is Markdown with LF line ends, no trailing blanks and no final
	// newline.
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

// Verdict is what a reader found: a post when there is no problem, else the
// problems. Repairs are listed in both cases.
type Verdict struct {
	// Post is nil when there is a problem.
	Post     *Post
	Repairs  []Repair
	Problems []Problem
	// Draft is what can be kept of a malformed reply; nil beside a post, and
	// where nothing can be kept.
	Draft *Draft
}

// Draft is the usable part of a malformed reply: what need not be asked for
// again.
type Draft struct {
	// Fields are those without a problem, in the contract's order.
	Fields []Value
	// Missing are the keys of the fields that have one, in the same order.
	Missing []string
	// Body is the Markdown as far as it came, tidied as a post's is, without
	// a marker. It may be empty.
	Body string
	// Closed tells that an end marker was seen.
	Closed bool
}
