package contract

// RepairCode names a kind of repair.
type RepairCode string

// The repairs; RepairCodes says what each means.
const (
	RepairPreamble            RepairCode = "preamble"
	RepairThinkText           RepairCode = "think-text"
	RepairTemplateTokens      RepairCode = "template-tokens"
	RepairToolCall            RepairCode = "tool-call"
	RepairJSONHeader          RepairCode = "json-header"
	RepairHeadingForm         RepairCode = "heading-form"
	RepairEmptySection        RepairCode = "empty-section"
	RepairChatter             RepairCode = "chatter"
	RepairFencedReply         RepairCode = "fenced-reply"
	RepairFencedBody          RepairCode = "fenced-body"
	RepairLabelDressing       RepairCode = "label-dressing"
	RepairLabelAlias          RepairCode = "label-alias"
	RepairFieldOrder          RepairCode = "field-order"
	RepairDuplicateField      RepairCode = "duplicate-field"
	RepairValueWrapped        RepairCode = "value-wrapped"
	RepairQuotes              RepairCode = "quotes"
	RepairValueDressing       RepairCode = "value-dressing"
	RepairListForm            RepairCode = "list-form"
	RepairDuplicateItem       RepairCode = "duplicate-item"
	RepairValueMapped         RepairCode = "value-mapped"
	RepairValueDropped        RepairCode = "value-dropped"
	RepairEchoedBodyLabel     RepairCode = "echoed-body-label"
	RepairRepeatedTitle       RepairCode = "repeated-title"
	RepairSeparator           RepairCode = "separator"
	RepairMarkerVariant       RepairCode = "marker-variant"
	RepairTextAfterMarker     RepairCode = "text-after-marker"
	RepairTrailingBlanks      RepairCode = "trailing-blanks"
	RepairLineEnds            RepairCode = "line-ends"
	RepairInvisibleCharacters RepairCode = "invisible-characters"
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
		{RepairPreamble, "text before the first header line, or an example of them, is dropped"},
		{RepairThinkText, "thinking is dropped: a block, everything before a lone end tag, or what stands before the header of a block that is never closed"},
		{RepairTemplateTokens, "a chat template's tokens, such as `<|im_end|>`, are dropped"},
		{RepairToolCall, "the call of a tool is dropped"},
		{RepairJSONHeader, "header lines in the form of a JSON object are read"},
		{RepairHeadingForm, "lines in bold, `#`, or `<h2>` that stand for headings become headings, where the contract asks for more than there are"},
		{RepairEmptySection, "a heading with no text below it, or that the one before it says too, is dropped while enough are left"},
		{RepairChatter, "a paragraph about the post, above or below it (\"Here is your post\", \"Let me know\"), is dropped"},
		{RepairFencedReply, "a code fence around the whole reply, or around its header lines, is dropped"},
		{RepairFencedBody, "a `markdown` fence around the post is dropped"},
		{RepairLabelDressing, "a label in other letter case, in a heading, list or emphasis, or with another colon is read"},
		{RepairLabelAlias, "one of a field's `aliases` is read as its label"},
		{RepairFieldOrder, "header lines in another order, or below the post, are put in order"},
		{RepairDuplicateField, "a header line that stands there twice is read once"},
		{RepairValueWrapped, "a value on the lines below its label is taken up"},
		{RepairQuotes, "quotes or emphasis around a value are taken off"},
		{RepairValueDressing, "brackets, tags, escapes, and entities in a value, and a remark on its length, are taken off"},
		{RepairListForm, "a list in another form is read: bullets, hashtags, JSON, semicolons, quotes"},
		{RepairDuplicateItem, "an item that a list has twice is kept once"},
		{RepairValueMapped, "a near miss is taken for the value of `one_of` that it means"},
		{RepairValueDropped, "a value that is not in `one_of` is dropped"},
		{RepairEchoedBodyLabel, "the body's `label` is dropped"},
		{RepairRepeatedTitle, "a heading that only says the title again is dropped"},
		{RepairSeparator, "a drawn line (`---`) above or below the post is dropped"},
		{RepairMarkerVariant, "an end marker in another form is understood"},
		{RepairTextAfterMarker, "what follows the end marker is dropped"},
		{RepairTrailingBlanks, "blanks at the ends of lines are dropped, but for the two that break a line"},
		{RepairLineEnds, "line ends of other systems become line feeds"},
		{RepairInvisibleCharacters, "control characters and characters without width are dropped"},
	}
}
