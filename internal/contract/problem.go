package contract

// ProblemCode names a kind of problem.
type ProblemCode string

// The problems; ProblemCodes says what each means.
const (
	ProblemFieldMissing      ProblemCode = "field-missing"
	ProblemFieldEmpty        ProblemCode = "field-empty"
	ProblemFieldShort        ProblemCode = "field-short"
	ProblemFieldLong         ProblemCode = "field-long"
	ProblemFieldPlaceholder  ProblemCode = "field-placeholder"
	ProblemFieldUnknownValue ProblemCode = "field-unknown-value"
	ProblemFieldRepeated     ProblemCode = "field-repeated"
	ProblemBodyMissing       ProblemCode = "body-missing"
	ProblemBodyShort         ProblemCode = "body-short"
	ProblemBodyLong          ProblemCode = "body-long"
	ProblemHeadingsFew       ProblemCode = "headings-few"
	ProblemForbiddenPhrase   ProblemCode = "forbidden-phrase"
	ProblemUnclosedFence     ProblemCode = "unclosed-fence"
	ProblemSecondPost        ProblemCode = "second-post"
	ProblemPromptEchoed      ProblemCode = "prompt-echoed"
	ProblemPlaceholder       ProblemCode = "placeholder"
	ProblemSaidTwice         ProblemCode = "said-twice"
	ProblemSectionEmpty      ProblemCode = "section-empty"
	ProblemLanguage          ProblemCode = "language"
	ProblemRequired          ProblemCode = "required-missing"
	ProblemMarkerMissing     ProblemCode = "marker-missing"
	ProblemCut               ProblemCode = "cut"
	ProblemLoop              ProblemCode = "loop"
	ProblemRefusal           ProblemCode = "refusal"
	ProblemThinkingOnly      ProblemCode = "thinking-only"
	ProblemEmpty             ProblemCode = "empty"
	ProblemInvalidUTF8       ProblemCode = "invalid-utf8"
)

// Problem is one way in which a reply breaks its contract.
type Problem struct {
	Code ProblemCode `json:"code"`
	// Line counts from 1 in the raw reply; 0 means the reply as a whole.
	Line int `json:"line"`
	// Message says what is wrong, for a person.
	Message string `json:"message"`
	// Ask says what to do about it, for the model. It is empty in ledgers
	// that hold both in Message.
	Ask string `json:"ask,omitempty"`
}

// ForModel is what the model is told when it is asked again.
func (p *Problem) ForModel() string {
	if p.Ask == "" {
		return p.Message
	}
	return p.Message + "; " + p.Ask
}

// ProblemCodes lists every code that a Problem can have.
func ProblemCodes() []Meaning[ProblemCode] {
	return []Meaning[ProblemCode]{
		{ProblemFieldMissing, "a header line is not there; with the reply's first line, none of them is"},
		{ProblemFieldEmpty, "a header line has no value"},
		{ProblemFieldShort, "a value has fewer characters, or a list fewer items, than `min`"},
		{ProblemFieldLong, "a value has more characters, or a list more items, than `max`"},
		{ProblemFieldPlaceholder, "a value is still the example's: one of `placeholders`, the label itself, or the prompt's own words"},
		{ProblemFieldUnknownValue, "a value is not in `one_of`, and none is left or `unknown` is `reject`"},
		{ProblemFieldRepeated, "a header line stands inside the post"},
		{ProblemBodyMissing, "there is no post below the header lines"},
		{ProblemBodyShort, "the post has fewer words than `min_words`"},
		{ProblemBodyLong, "the post has more words than `max_words`, or the reply is longer than any post"},
		{ProblemHeadingsFew, "the post has fewer headings of level 2 and deeper than `min_headings`"},
		{ProblemForbiddenPhrase, "the post holds something of `forbid`"},
		{ProblemUnclosedFence, "a code block is opened and not closed"},
		{ProblemSecondPost, "another post begins inside the post"},
		{ProblemPromptEchoed, "the post holds lines of the prompt word for word"},
		{ProblemPlaceholder, "the post has a place to be filled in, such as `[Your Name]`, or a link or picture that leads nowhere"},
		{ProblemSaidTwice, "a paragraph of 40 words or more stands in the post twice"},
		{ProblemSectionEmpty, "a heading has no text below it, or says what the one before it says, and too few would be left without it"},
		{ProblemLanguage, "the post, or a section of it, is in another language than `language`"},
		{ProblemRequired, "the post lacks something of `require`"},
		{ProblemMarkerMissing, "the model stopped without the end marker"},
		{ProblemCut, "the server stopped before the end marker: tokens used up, or the stream broke"},
		{ProblemLoop, "the reply says the same again and again, word for word or with a number or a word that changes"},
		{ProblemRefusal, "the model refuses to write"},
		{ProblemThinkingOnly, "there is thinking and no post"},
		{ProblemEmpty, "the reply is empty"},
		{ProblemInvalidUTF8, "the reply holds bytes that are no text"},
	}
}
