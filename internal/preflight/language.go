package preflight

import (
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/language"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/prompts"
)

// OtherLanguage says that the prompt asks for posts in one language and [output]
// spells their slugs in another: whoever sets only the latter gets posts that
// nobody wanted. It returns "" if both are the same, or if one is not known. A
// topic's own language does not count.
func OtherLanguage(s *settings.Settings, p *prompts.Prompt) string {
	asked, known := language.Of(p.For(nil).Contract.Language)
	slugs, wanted := language.Of(s.Output.Language)
	if !known || !wanted || asked.Code() == slugs.Code() {
		return ""
	}
	return fmt.Sprintf("the prompt asks for posts in %s; [output] language = %q is of slugs alone", asked, s.Output.Language)
}

// LanguageHint says where the language of the prompt's posts is set.
func LanguageHint(p *prompts.Prompt) string {
	if strings.HasPrefix(p.Source, "built in") {
		return "nightpress prompts export " + shell.Quote(p.Name) + ", and set language in its [vars]"
	}
	return "set language in [vars] of " + p.Source
}
