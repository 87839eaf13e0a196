package contract

import "github.com/nightpress/nightpress/internal/word"

// ProblemCode names a kind of problem.
type ProblemCode struct{ word.Word }

// The problems; ProblemCodes says what each means.
var (
	ProblemFieldMissing      = ProblemCode{word.New("field-missing")}
	ProblemFieldEmpty        = ProblemCode{word.New("field-empty")}
	ProblemFieldShort        = ProblemCode{word.New("field-short")}
	ProblemFieldLong         = ProblemCode{word.New("field-long")}
	ProblemFieldPlaceholder  = ProblemCode{word.New("field-placeholder")}
	ProblemFieldUnknownValue = ProblemCode{word.New("field-unknown-value")}
	ProblemFieldRepeated     = ProblemCode{word.New("field-repeated")}
	ProblemBodyMissing       = ProblemCode{word.New("body-missing")}
	ProblemBodyShort         = ProblemCode{word.New("body-short")}
	ProblemBodyLong          = ProblemCode{word.New("body-long")}
	ProblemHeadingsFew       = ProblemCode{word.New("headings-few")}
	ProblemForbiddenPhrase   = ProblemCode{word.New("forbidden-phrase")}
	ProblemUnclosedFence     = ProblemCode{word.New("unclosed-fence")}
	ProblemSecondPost        = ProblemCode{word.New("second-post")}
	ProblemPromptEchoed      = ProblemCode{word.New("prompt-echoed")}
	ProblemPlaceholder       = ProblemCode{word.New("placeholder")}
	ProblemSaidTwice         = ProblemCode{word.New("said-twice")}
	ProblemSectionEmpty      = ProblemCode{word.New("section-empty")}
	ProblemLanguage          = ProblemCode{word.New("language")}
	ProblemRequired          = ProblemCode{word.New("required-missing")}
	ProblemURLUnknown        = ProblemCode{word.New("url-unknown")}
	ProblemCodeBroken        = ProblemCode{word.New("code-broken")}
	ProblemOutlineMissing    = ProblemCode{word.New("outline-missing")}
	ProblemOutlineSections   = ProblemCode{word.New("outline-sections")}
	ProblemOutlinePoints     = ProblemCode{word.New("outline-points")}
	ProblemOutlineRepeated   = ProblemCode{word.New("outline-repeated")}
	ProblemOtherSection      = ProblemCode{word.New("other-section")}
	ProblemClosingWords      = ProblemCode{word.New("closing-words")}
	ProblemPhrasesRepeated   = ProblemCode{word.New("phrases-repeated")}
	ProblemFieldTaken        = ProblemCode{word.New("field-taken")}
	ProblemNearDuplicate     = ProblemCode{word.New("near-duplicate")}
	ProblemMarkerMissing     = ProblemCode{word.New("marker-missing")}
	ProblemCut               = ProblemCode{word.New("cut")}
	ProblemLoop              = ProblemCode{word.New("loop")}
	ProblemRefusal           = ProblemCode{word.New("refusal")}
	ProblemThinkingOnly      = ProblemCode{word.New("thinking-only")}
	ProblemEmpty             = ProblemCode{word.New("empty")}
	ProblemInvalidUTF8       = ProblemCode{word.New("invalid-utf8")}
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
	// Field is the key of the field whose value is taken.
	Field string `json:"field,omitempty"`
}

// InBatch reports whether a problem is not the reply's own: another post has what the
// reply has.
func (p *Problem) InBatch() bool {
	return p.Code == ProblemFieldTaken || p.Code == ProblemNearDuplicate
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
		{ProblemURLUnknown, "the post has an address that neither the prompt nor the topic's row has, and `unknown_urls` is `reject`"},
		{ProblemCodeBroken, "a code block does not parse, although `code` is `parses`"},
		{ProblemOutlineMissing, "an outline has no recognizable section"},
		{ProblemOutlineSections, "an outline has fewer sections than `min`, or more than `max`"},
		{ProblemOutlinePoints, "a section of an outline has no points"},
		{ProblemOutlineRepeated, "an outline has the same heading twice"},
		{ProblemOtherSection, "the reply begins with the heading of another section than the one requested"},
		{ProblemClosingWords, "a section before the last ends with a summary of the post, and is too short without it"},
		{ProblemPhrasesRepeated, "more than one in a hundred of a section's phrases of eight words are in an earlier section"},
		{ProblemFieldTaken, "another post of the model has the same value of a field in `unique` of `[batch]`"},
		{ProblemNearDuplicate, "the post nearly repeats another post of the model, and `near_duplicates` of `[batch]` is set"},
		{ProblemMarkerMissing, "the model stopped without the end marker"},
		{ProblemCut, "the server stopped before the end marker: the tokens were used up, or the stream broke"},
		{ProblemLoop, "the reply repeats itself, word for word or with only a number or a word changing"},
		{ProblemRefusal, "the model refuses to write"},
		{ProblemThinkingOnly, "the model only thought and wrote no post"},
		{ProblemEmpty, "the reply is empty"},
		{ProblemInvalidUTF8, "the reply has bytes that are not UTF-8 text"},
	}
}
