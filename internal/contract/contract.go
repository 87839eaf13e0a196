package contract

// Contract is what a well-formed reply is, as data: a prompt's file states it
// in TOML, and no Go is needed to write another one. The zero Contract accepts
// any non-empty body and knows no end marker. A Contract is read-only once a
// reader was made from it and may then be shared between goroutines.
type Contract struct {
	Fields []Field `toml:"fields" json:"fields"`
	Body   Body    `toml:"body" json:"body"`
	// End lists the markers that close a post, the one that the prompt asks
	// for first. Each is matched in any letter case and with any of the
	// dressings that models give it (</X>, -X-, <X>, [X], **X**).
	End []string `toml:"end" json:"end"`

	// Language is the language of the body, in its English name, its own name,
	// or as a code; "" is not checked, and neither is one that is not known. A
	// prompt's setting "language" is used where this is empty.
	Language string `toml:"language" json:"language,omitempty"`

	// Echo lists lines of the prompt that no reply says again; package prompts
	// fills it in from the template. It is no part of a job's identity, because
	// the rendered prompt is.
	Echo []string `toml:"-" json:"-"`

	// fieldsOnly: the reply has header fields alone; see Only.
	fieldsOnly bool
}

// FieldsOnly reports whether a reply has header fields alone (see Only).
func (c *Contract) FieldsOnly() bool { return c.fieldsOnly }

// Kind is what a field's value is made of.
type Kind string

// The kinds of fields. A zero Kind means Text.
const (
	Text Kind = "text"
	// List is a list of items, separated by commas.
	List Kind = "list"
)

// Unknown is what happens to a value that is not in a closed list.
type Unknown string

// The zero Unknown means Map.
const (
	// Map takes near misses for the value they mean, and drops the rest while
	// one known value is left.
	Map Unknown = "map"
	// Drop drops every value that is not on the list, word for word, while one
	// known value is left.
	Drop Unknown = "drop"
	// Reject makes a problem of it.
	Reject Unknown = "reject"
)

// Field is one header line of a reply, such as "TITLE: ...".
type Field struct {
	// Key names the field in a post's front matter, such as "description".
	Key string `toml:"key" json:"key"`
	// Label is what stands before the colon, such as "META_DESCRIPTION".
	Label string `toml:"label" json:"label"`
	// Aliases are other labels that mean the same; using one is a repair.
	Aliases []string `toml:"aliases" json:"aliases,omitempty"`
	// Kind is Text when empty.
	Kind Kind `toml:"kind" json:"kind,omitempty"`
	// Optional fields may be missing or empty; all others are required.
	Optional bool `toml:"optional" json:"optional,omitempty"`
	// Min and Max bound the length: characters of a text, items of a list.
	// Zero means no bound (a required field is never empty all the same).
	Min int `toml:"min" json:"min,omitempty"`
	Max int `toml:"max" json:"max,omitempty"`
	// OneOf, when not empty, is the closed list of values.
	OneOf []string `toml:"one_of" json:"one_of,omitempty"`
	// Unknown says what happens to a value that is not in OneOf; it is Map
	// when empty.
	Unknown Unknown `toml:"unknown" json:"unknown,omitempty"`
	// Placeholders are values that only the prompt's own example may hold,
	// such as "POST_TITLE".
	Placeholders []string `toml:"placeholders" json:"placeholders,omitempty"`
}

// Body bounds the Markdown that follows the header lines. Zero values mean no
// bound.
type Body struct {
	// Label, when not empty, is a header that a reply may echo before its
	// body ("MARKDOWN_POST_CONTENT"); it is taken away.
	Label string `toml:"label" json:"label,omitempty"`
	// MinWords and MaxWords count words, outside code fences and inside alike:
	// runs between blanks that hold a letter or a digit. In scripts that set
	// no blanks two characters count as a word.
	MinWords int `toml:"min_words" json:"min_words,omitempty"`
	MaxWords int `toml:"max_words" json:"max_words,omitempty"`
	// MinHeadings counts headings of level 2 and deeper, in either form of
	// Markdown, outside code.
	MinHeadings int `toml:"min_headings" json:"min_headings,omitempty"`
	// Forbid lists what no body may hold, Require what each body must.
	Forbid  []Rule `toml:"forbid" json:"forbid,omitempty"`
	Require []Rule `toml:"require" json:"require,omitempty"`
	// AllowEcho lets a body hold lines that stand in the prompt word for word.
	AllowEcho bool `toml:"allow_echo" json:"allow_echo,omitempty"`
}
