package contract

import "github.com/nightpress/nightpress/internal/word"

// RepairCode names a kind of repair.
type RepairCode struct{ word.Word }

// The repairs; RepairCodes says what each means.
var (
	RepairPreamble            = RepairCode{word.New("preamble")}
	RepairThinkText           = RepairCode{word.New("think-text")}
	RepairTemplateTokens      = RepairCode{word.New("template-tokens")}
	RepairRawTokens           = RepairCode{word.New("raw-tokens")}
	RepairCitationMarks       = RepairCode{word.New("citation-marks")}
	RepairToolCall            = RepairCode{word.New("tool-call")}
	RepairJSONHeader          = RepairCode{word.New("json-header")}
	RepairHeadingForm         = RepairCode{word.New("heading-form")}
	RepairEmptySection        = RepairCode{word.New("empty-section")}
	RepairChatter             = RepairCode{word.New("chatter")}
	RepairIndentedReply       = RepairCode{word.New("indented-reply")}
	RepairFencedReply         = RepairCode{word.New("fenced-reply")}
	RepairFencedBody          = RepairCode{word.New("fenced-body")}
	RepairLabelDressing       = RepairCode{word.New("label-dressing")}
	RepairLabelAlias          = RepairCode{word.New("label-alias")}
	RepairFieldOrder          = RepairCode{word.New("field-order")}
	RepairDuplicateField      = RepairCode{word.New("duplicate-field")}
	RepairForeignField        = RepairCode{word.New("foreign-field")}
	RepairValueWrapped        = RepairCode{word.New("value-wrapped")}
	RepairQuotes              = RepairCode{word.New("quotes")}
	RepairValueDressing       = RepairCode{word.New("value-dressing")}
	RepairListForm            = RepairCode{word.New("list-form")}
	RepairDuplicateItem       = RepairCode{word.New("duplicate-item")}
	RepairValueMapped         = RepairCode{word.New("value-mapped")}
	RepairValueDropped        = RepairCode{word.New("value-dropped")}
	RepairEchoedBodyLabel     = RepairCode{word.New("echoed-body-label")}
	RepairRepeatedTitle       = RepairCode{word.New("repeated-title")}
	RepairOutlineForm         = RepairCode{word.New("outline-form")}
	RepairBudgets             = RepairCode{word.New("budgets")}
	RepairSectionHeading      = RepairCode{word.New("section-heading")}
	RepairHeadingLevel        = RepairCode{word.New("heading-level")}
	RepairRunOn               = RepairCode{word.New("run-on")}
	RepairSumUp               = RepairCode{word.New("sum-up")}
	RepairSeparator           = RepairCode{word.New("separator")}
	RepairMarkerVariant       = RepairCode{word.New("marker-variant")}
	RepairTextAfterMarker     = RepairCode{word.New("text-after-marker")}
	RepairURLUnlinked         = RepairCode{word.New("url-unlinked")}
	RepairTrailingBlanks      = RepairCode{word.New("trailing-blanks")}
	RepairLineEnds            = RepairCode{word.New("line-ends")}
	RepairInvisibleCharacters = RepairCode{word.New("invisible-characters")}
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
		{RepairRawTokens, "a tokenizer's signs for blanks, line ends, and bytes (`▁`, `Ġ`, `<0x0A>`), and UTF-8 that was read as another encoding, become the characters that they stand for"},
		{RepairCitationMarks, "marks of sources that the reply does not have, such as `【3†source】`, are dropped"},
		{RepairToolCall, "a tool call is dropped"},
		{RepairJSONHeader, "a JSON object is read as header lines"},
		{RepairHeadingForm, "lines in bold, with `#`, or with `<h2>` become headings if the post has fewer headings than the contract requires"},
		{RepairEmptySection, "a heading without text below it, or that repeats the one before it, is dropped as long as enough headings are left"},
		{RepairChatter, "a paragraph about the post, above or below it (\"Here is your post\", \"Let me know\"), is dropped"},
		{RepairIndentedReply, "blanks or `>` before every line of the post are dropped"},
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
		{RepairOutlineForm, "an outline in another form is read: lists, numbers, bold lines, JSON"},
		{RepairBudgets, "the words of an outline's sections are scaled to the length of the post"},
		{RepairSectionHeading, "a section's heading is added, or written as in the outline"},
		{RepairHeadingLevel, "a heading inside a section on the same level as the section's own is lowered to level 3"},
		{RepairRunOn, "text beyond a section's number of words, or from the heading of another section on, is dropped"},
		{RepairSumUp, "a last paragraph that sums up the post is dropped, except in the last section"},
		{RepairSeparator, "a horizontal rule (`---`) above or below the post is dropped"},
		{RepairMarkerVariant, "an end marker in another form is recognized"},
		{RepairTextAfterMarker, "text after the end marker is dropped"},
		{RepairURLUnlinked, "a link to an address that neither the prompt nor the topic's row has is removed; its text stays"},
		{RepairTrailingBlanks, "blanks at the end of a line are dropped, except for two that force a line break"},
		{RepairLineEnds, "line ends of other systems become line feeds"},
		{RepairInvisibleCharacters, "control characters and characters without width are dropped"},
	}
}
