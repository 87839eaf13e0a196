package contract

import "github.com/nightpress/nightpress/internal/word"

// Contract defines a well-formed reply. It is data, in the TOML of a prompt's
// file, so that a new one needs no Go. The zero Contract accepts any non-empty
// body and has no end marker. Once a reader uses a Contract, it is read-only and
// safe for concurrent use.
type Contract struct {
	Fields []Field `toml:"fields" json:"fields"`
	Body   Body    `toml:"body" json:"body"`
	// End lists the markers that close a post. The first is the one in the
	// prompt. Each is matched in any letter case and in the forms that models
	// write (</X>, -X-, <X>, [X], **X**).
	End []string `toml:"end" json:"end"`

	// Language is the language of the body: its English name, its own name, or
	// its code. An unknown language is not checked. If it is empty, the
	// prompt's setting "language" is used.
	Language string `toml:"language" json:"language,omitempty"`

	// Sections is set if the post is written section by section.
	Sections *Sections `toml:"-" json:"sections,omitempty"`

	// Echo lists lines of the prompt that a reply must not repeat. Package
	// prompts fills it in from the template. It is not part of a job's
	// identity, which includes the rendered prompt.
	Echo []string `toml:"-" json:"-"`

	// Given is what a post may take from its topic. It is nil if the topic is not
	// known. Package prompts fills it in, where Body asks for it.
	Given *Given `toml:"-" json:"given,omitempty"`

	// fieldsOnly is set if the reply has only header fields; see Only.
	fieldsOnly bool
	// part is set if the reply is one part of a post in sections; see Of.
	part *Part
}

// FieldsOnly reports whether a reply has only header fields (see Only).
func (c *Contract) FieldsOnly() bool { return c.fieldsOnly }

// Kind is the kind of a field's value.
type Kind struct{ word.Word }

// The kinds of fields. A zero Kind means Text.
var (
	Text = Kind{word.New("text")}
	// List is a list of items separated by commas.
	List = Kind{word.New("list")}
)

// Unknown says how to treat a value that is not in a closed list.
type Unknown struct{ word.Word }

// The zero Unknown means Map.
var (
	// Map replaces a near miss with the value that it means, and drops other
	// values as long as a known one is left.
	Map = Unknown{word.New("map")}
	// Drop drops every value that is not literally in the list, as long as a
	// known one is left.
	Drop = Unknown{word.New("drop")}
	// Reject treats it as a problem.
	Reject = Unknown{word.New("reject")}
)

// Field is one header line of a reply, such as "TITLE: ...".
type Field struct {
	// Key names the field in a post's front matter, such as "description".
	Key string `toml:"key" json:"key"`
	// Label is the text before the colon, such as "META_DESCRIPTION".
	Label string `toml:"label" json:"label"`
	// Aliases are other labels with the same meaning; using one is a repair.
	Aliases []string `toml:"aliases" json:"aliases,omitempty"`
	// Kind is Text if empty.
	Kind Kind `toml:"kind" json:"kind,omitzero"`
	// Optional fields may be missing or empty; all others are required.
	Optional bool `toml:"optional" json:"optional,omitempty"`
	// Min and Max bound the length: characters of a text, items of a list.
	// Zero means no bound, but a required field is never empty.
	Min int `toml:"min" json:"min,omitempty"`
	Max int `toml:"max" json:"max,omitempty"`
	// OneOf, if not empty, is the closed list of values.
	OneOf []string `toml:"one_of" json:"one_of,omitempty"`
	// Unknown says how to treat a value that is not in OneOf. If empty, it is
	// Map.
	Unknown Unknown `toml:"unknown" json:"unknown,omitzero"`
	// Placeholders are the values of the prompt's own example, such as
	// "POST_TITLE". A reply must not contain them.
	Placeholders []string `toml:"placeholders" json:"placeholders,omitempty"`
}

// Body bounds the Markdown that follows the header lines. Zero values mean no
// bound.
type Body struct {
	// Label, if not empty, is a header that a reply may echo before its body
	// ("MARKDOWN_POST_CONTENT"). It is removed.
	Label string `toml:"label" json:"label,omitempty"`
	// MinWords and MaxWords count words, also in code fences. A word is a run
	// between blanks with a letter or a digit. In scripts without blanks, two
	// characters count as a word.
	MinWords int `toml:"min_words" json:"min_words,omitempty"`
	MaxWords int `toml:"max_words" json:"max_words,omitempty"`
	// MinHeadings counts headings of level 2 and deeper, in either form of
	// Markdown, outside code.
	MinHeadings int `toml:"min_headings" json:"min_headings,omitempty"`
	// Forbid lists what a body must not contain, and Require what it must.
	Forbid  []Rule `toml:"forbid" json:"forbid,omitempty"`
	Require []Rule `toml:"require" json:"require,omitempty"`
	// AllowEcho allows lines of the prompt in a body.
	AllowEcho bool `toml:"allow_echo" json:"allow_echo,omitempty"`
	// URLs says which addresses a body may have, outside code. If empty, any.
	URLs URLs `toml:"urls" json:"urls,omitzero"`
	// UnknownURLs says how to treat the others. If empty, it is Unlink.
	UnknownURLs UnknownURLs `toml:"unknown_urls" json:"unknown_urls,omitzero"`
	// Code says what code blocks must be. If empty, anything.
	Code Code `toml:"code" json:"code,omitzero"`
}

// Given is what a post may take from its topic.
type Given struct {
	// Addresses are those in the rendered prompt and in the topic's row, as
	// reply.Addresses returns them.
	Addresses []string `json:"addresses"`
}

// URLs says which addresses a body may have.
type URLs struct{ word.Word }

// FromTopic allows the addresses that the prompt or the topic's row has.
var FromTopic = URLs{word.New("from-topic")}

// UnknownURLs says how to treat an address that a body may not have. The zero value
// means Unlink.
type UnknownURLs struct{ word.Word }

var (
	// Unlink keeps the text of a link, and shows a bare address as code.
	Unlink = UnknownURLs{word.New("unlink")}
	// RejectURLs treats it as a problem.
	RejectURLs = UnknownURLs{word.New("reject")}
)

// Code says what code blocks must be.
type Code struct{ word.Word }

// Parses requires that code in a known language parses, as a whole or as a fragment.
var Parses = Code{word.New("parses")}

// Rowless is the contract without the checks that need the columns of a topic's row:
// a topic may add a value of its own to a closed list.
func (c *Contract) Rowless() *Contract {
	own := *c
	own.Fields = append([]Field(nil), c.Fields...)
	for i := range own.Fields {
		own.Fields[i].OneOf = nil
	}
	return &own
}
