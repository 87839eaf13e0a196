package reply

// Code names a kind of problem or of repair. Codes are stored in ledgers and
// never change their meaning.
type Code struct {
	Code string
	// Means says what it is, in a few words.
	Means string
}

// ProblemCodes lists every code that a Problem can have. It is the source of
// docs/codes.md.
func ProblemCodes() []Code {
	return []Code{
		{"field-missing", "a header line is not there; with the reply's first line, none of them is"},
		{"field-empty", "a header line has no value"},
		{"field-short", "a value has fewer characters, or a list fewer items, than `min`"},
		{"field-long", "a value has more characters, or a list more items, than `max`"},
		{"field-placeholder", "a value is still the example's: one of `placeholders`, the label itself, or the prompt's own words"},
		{"field-unknown-value", "a value is not in `one_of`, and none is left or `unknown` is `reject`"},
		{"field-repeated", "a header line stands inside the post"},
		{"body-missing", "there is no post below the header lines"},
		{"body-short", "the post has fewer words than `min_words`"},
		{"body-long", "the post has more words than `max_words`, or the reply is longer than any post"},
		{"headings-few", "the post has fewer headings of level 2 and deeper than `min_headings`"},
		{"forbidden-phrase", "the post holds a phrase of `forbid`"},
		{"unclosed-fence", "a code block is opened and not closed"},
		{"second-post", "another post begins inside the post"},
		{"prompt-echoed", "the post holds lines of the prompt word for word"},
		{"marker-missing", "the model stopped without the end marker"},
		{"cut", "the server stopped before the end marker: tokens used up, or the stream broke"},
		{"loop", "the reply says the same again and again, word for word or with a number or a word that changes"},
		{"refusal", "the model refuses to write"},
		{"thinking-only", "there is thinking and no post"},
		{"empty", "the reply is empty"},
		{"invalid-utf8", "the reply holds bytes that are no text"},
	}
}

// RepairCodes lists every code that a Repair can have.
func RepairCodes() []Code {
	return []Code{
		{"preamble", "text before the first header line, or an example of them, is dropped"},
		{"think-text", "thinking is dropped: a block, everything before a lone end tag, or what stands before the header of a block that is never closed"},
		{"template-tokens", "a chat template's tokens, such as `<|im_end|>`, are dropped"},
		{"fenced-reply", "a code fence around the whole reply, or around its header lines, is dropped"},
		{"fenced-body", "a `markdown` fence around the post is dropped"},
		{"label-dressing", "a label in other letter case, in a heading, list or emphasis, or with another colon is read"},
		{"label-alias", "one of a field's `aliases` is read as its label"},
		{"field-order", "header lines in another order, or below the post, are put in order"},
		{"duplicate-field", "a header line that stands there twice is read once"},
		{"value-wrapped", "a value on the lines below its label is taken up"},
		{"quotes", "quotes or emphasis around a value are taken off"},
		{"list-form", "a list in another form is read: bullets, hashtags, JSON, semicolons, quotes"},
		{"duplicate-item", "an item that a list has twice is kept once"},
		{"value-mapped", "a near miss is taken for the value of `one_of` that it means"},
		{"value-dropped", "a value that is not in `one_of` is dropped"},
		{"echoed-body-label", "the body's `label` is dropped"},
		{"repeated-title", "a heading that only says the title again is dropped"},
		{"separator", "a drawn line (`---`) above or below the post is dropped"},
		{"marker-variant", "an end marker in another form is understood"},
		{"text-after-marker", "what follows the end marker is dropped"},
		{"trailing-blanks", "blanks at the ends of lines are dropped, but for the two that break a line"},
		{"line-ends", "line ends of other systems become line feeds"},
		{"invisible-characters", "control characters and characters without width are dropped"},
	}
}
