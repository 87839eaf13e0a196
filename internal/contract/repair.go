package contract

// RepairCode names a kind of repair.
type RepairCode struct{ word }

// The repairs; RepairCodes says what each means.
var (
	RepairPreamble            = RepairCode{word{"preamble"}}
	RepairThinkText           = RepairCode{word{"think-text"}}
	RepairTemplateTokens      = RepairCode{word{"template-tokens"}}
	RepairToolCall            = RepairCode{word{"tool-call"}}
	RepairJSONHeader          = RepairCode{word{"json-header"}}
	RepairHeadingForm         = RepairCode{word{"heading-form"}}
	RepairEmptySection        = RepairCode{word{"empty-section"}}
	RepairChatter             = RepairCode{word{"chatter"}}
	RepairFencedReply         = RepairCode{word{"fenced-reply"}}
	RepairFencedBody          = RepairCode{word{"fenced-body"}}
	RepairLabelDressing       = RepairCode{word{"label-dressing"}}
	RepairLabelAlias          = RepairCode{word{"label-alias"}}
	RepairFieldOrder          = RepairCode{word{"field-order"}}
	RepairDuplicateField      = RepairCode{word{"duplicate-field"}}
	RepairForeignField        = RepairCode{word{"foreign-field"}}
	RepairValueWrapped        = RepairCode{word{"value-wrapped"}}
	RepairQuotes              = RepairCode{word{"quotes"}}
	RepairValueDressing       = RepairCode{word{"value-dressing"}}
	RepairListForm            = RepairCode{word{"list-form"}}
	RepairDuplicateItem       = RepairCode{word{"duplicate-item"}}
	RepairValueMapped         = RepairCode{word{"value-mapped"}}
	RepairValueDropped        = RepairCode{word{"value-dropped"}}
	RepairEchoedBodyLabel     = RepairCode{word{"echoed-body-label"}}
	RepairRepeatedTitle       = RepairCode{word{"repeated-title"}}
	RepairSeparator           = RepairCode{word{"separator"}}
	RepairMarkerVariant       = RepairCode{word{"marker-variant"}}
	RepairTextAfterMarker     = RepairCode{word{"text-after-marker"}}
	RepairTrailingBlanks      = RepairCode{word{"trailing-blanks"}}
	RepairLineEnds            = RepairCode{word{"line-ends"}}
	RepairInvisibleCharacters = RepairCode{word{"invisible-characters"}}
)

// Repair is a mechanical fix of a reply that needed no model.
type Repair struct {
	Code RepairCode `json:"code"`
	// Line is the first line of the raw reply that needed it, from 1.
	Line int `json:"line"`
}

// RepairCodes lists every code that a Repair can have.
func RepairCodes() []Meaning[RepairCode] {
	return []Meaning[RepairCode]{
		{RepairPreamble, "text before the first header line, or an example of header lines, is dropped"},
		{RepairThinkText, "thinking is dropped: a block, everything before a lone end tag, or an unclosed block up to the header lines"},
		{RepairTemplateTokens, "a chat template's tokens, such as `<|im_end|>`, are dropped"},
		{RepairToolCall, "a tool call is dropped"},
		{RepairJSONHeader, "a JSON object is read as header lines"},
		{RepairHeadingForm, "lines in bold, with `#`, or with `<h2>` become headings if the post has fewer headings than the contract requires"},
		{RepairEmptySection, "a heading without text below it, or that repeats the one before it, is dropped as long as enough headings are left"},
		{RepairChatter, "a paragraph about the post, above or below it (\"Here is your post\", \"Let me know\"), is dropped"},
		{RepairFencedReply, "a code fence around the whole reply, or around its header lines, is dropped"},
		{RepairFencedBody, "a `markdown` fence around the post is dropped"},
		{RepairLabelDressing, "a label in another letter case, in a heading, list or emphasis, or with another colon is recognized"},
		{RepairLabelAlias, "one of a field's `aliases` is recognized as its label"},
		{RepairFieldOrder, "header lines in another order, or below the post, are reordered"},
		{RepairDuplicateField, "a duplicate header line is dropped"},
		{RepairForeignField, "a header line that the contract does not have, such as `SLUG:` or `author:`, is dropped"},
		{RepairValueWrapped, "a value on the lines below its label is joined to it"},
		{RepairQuotes, "quotes or emphasis around a value are removed"},
		{RepairValueDressing, "brackets, tags, escapes, entities, and a remark on the length are removed from a value"},
		{RepairListForm, "a list in another form is read: bullets, hashtags, JSON, semicolons, quotes"},
		{RepairDuplicateItem, "a duplicate item of a list is dropped"},
		{RepairValueMapped, "a near miss is replaced with the value of `one_of` that it means"},
		{RepairValueDropped, "a value that is not in `one_of` is dropped"},
		{RepairEchoedBodyLabel, "the body's `label` is dropped"},
		{RepairRepeatedTitle, "a heading that repeats the title is dropped"},
		{RepairSeparator, "a horizontal rule (`---`) above or below the post is dropped"},
		{RepairMarkerVariant, "an end marker in another form is recognized"},
		{RepairTextAfterMarker, "text after the end marker is dropped"},
		{RepairTrailingBlanks, "blanks at the end of a line are dropped, except for two that force a line break"},
		{RepairLineEnds, "line ends of other systems become line feeds"},
		{RepairInvisibleCharacters, "control characters and characters without width are dropped"},
	}
}
