package contract

// ProblemCode names a kind of problem.
type ProblemCode struct{ word }

// The problems; ProblemCodes says what each means.
var (
	ProblemFieldMissing      = ProblemCode{word{"field-missing"}}
	ProblemFieldEmpty        = ProblemCode{word{"field-empty"}}
	ProblemFieldShort        = ProblemCode{word{"field-short"}}
	ProblemFieldLong         = ProblemCode{word{"field-long"}}
	ProblemFieldPlaceholder  = ProblemCode{word{"field-placeholder"}}
	ProblemFieldUnknownValue = ProblemCode{word{"field-unknown-value"}}
	ProblemFieldRepeated     = ProblemCode{word{"field-repeated"}}
	ProblemBodyMissing       = ProblemCode{word{"body-missing"}}
	ProblemBodyShort         = ProblemCode{word{"body-short"}}
	ProblemBodyLong          = ProblemCode{word{"body-long"}}
	ProblemHeadingsFew       = ProblemCode{word{"headings-few"}}
	ProblemForbiddenPhrase   = ProblemCode{word{"forbidden-phrase"}}
	ProblemUnclosedFence     = ProblemCode{word{"unclosed-fence"}}
	ProblemSecondPost        = ProblemCode{word{"second-post"}}
	ProblemPromptEchoed      = ProblemCode{word{"prompt-echoed"}}
	ProblemPlaceholder       = ProblemCode{word{"placeholder"}}
	ProblemSaidTwice         = ProblemCode{word{"said-twice"}}
	ProblemSectionEmpty      = ProblemCode{word{"section-empty"}}
	ProblemLanguage          = ProblemCode{word{"language"}}
	ProblemRequired          = ProblemCode{word{"required-missing"}}
	ProblemMarkerMissing     = ProblemCode{word{"marker-missing"}}
	ProblemCut               = ProblemCode{word{"cut"}}
	ProblemLoop              = ProblemCode{word{"loop"}}
	ProblemRefusal           = ProblemCode{word{"refusal"}}
	ProblemThinkingOnly      = ProblemCode{word{"thinking-only"}}
	ProblemEmpty             = ProblemCode{word{"empty"}}
	ProblemInvalidUTF8       = ProblemCode{word{"invalid-utf8"}}
)

// Problem is one way in which a reply breaks its contract.
type Problem struct {
	Code ProblemCode `json:"code"`
	// Line counts from 1 in the raw reply; 0 means the reply as a whole.
	Line int `json:"line"`
	// Message says what is wrong, for a person.
	Message string `json:"message"`
	// Ask says what to do about it, for the model. Older ledgers have both in
	// Message, and an empty Ask.
	Ask string `json:"ask,omitempty"`
}

// ForModel is the problem in the next request to the model.
func (p *Problem) ForModel() string {
	if p.Ask == "" {
		return p.Message
	}
	return p.Message + "; " + p.Ask
}

// ProblemCodes lists every code that a Problem can have.
func ProblemCodes() []Meaning[ProblemCode] {
	return []Meaning[ProblemCode]{
		{ProblemFieldMissing, "a header line is missing; on line 1 of the reply, all are missing"},
		{ProblemFieldEmpty, "a header line has no value"},
		{ProblemFieldShort, "a value has fewer characters, or a list fewer items, than `min`"},
		{ProblemFieldLong, "a value has more characters, or a list more items, than `max`"},
		{ProblemFieldPlaceholder, "a value is copied from the prompt: one of `placeholders`, the label itself, or the prompt's own words"},
		{ProblemFieldUnknownValue, "a value is not in `one_of`, and either no other value is left or `unknown` is `reject`"},
		{ProblemFieldRepeated, "a header line is inside the post"},
		{ProblemBodyMissing, "no post follows the header lines"},
		{ProblemBodyShort, "the post has fewer words than `min_words`"},
		{ProblemBodyLong, "the post has more words than `max_words`, or the reply is longer than any post"},
		{ProblemHeadingsFew, "the post has fewer headings of level 2 and deeper than `min_headings`"},
		{ProblemForbiddenPhrase, "the post contains something from `forbid`"},
		{ProblemUnclosedFence, "a code block is not closed"},
		{ProblemSecondPost, "another post begins inside the post"},
		{ProblemPromptEchoed, "the post repeats lines of the prompt word for word"},
		{ProblemPlaceholder, "the post has a blank to fill in, such as `[Your Name]`, or a link or picture without a real target"},
		{ProblemSaidTwice, "the post has the same paragraph of 40 words or more twice"},
		{ProblemSectionEmpty, "a heading has no text below it or repeats the one before it, and without it the post would have too few headings"},
		{ProblemLanguage, "the post, or a section of it, is in another language than `language`"},
		{ProblemRequired, "the post lacks something from `require`"},
		{ProblemMarkerMissing, "the model stopped without the end marker"},
		{ProblemCut, "the server stopped before the end marker: the tokens were used up, or the stream broke"},
		{ProblemLoop, "the reply repeats itself, word for word or with only a number or a word changing"},
		{ProblemRefusal, "the model refuses to write"},
		{ProblemThinkingOnly, "the model only thought and wrote no post"},
		{ProblemEmpty, "the reply is empty"},
		{ProblemInvalidUTF8, "the reply has bytes that are not UTF-8 text"},
	}
}
