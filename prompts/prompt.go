package prompts

import (
	"text/template"

	"github.com/nightpress/nightpress/internal/contract"
)

// Prompt is a template plus its contract. It is read-only once loaded and may
// be used from many goroutines.
type Prompt struct {
	// Name is the file's name without ".md".
	Name string
	// Source is the path of the file, or "built in".
	Source string
	// Description is the front matter's one-line description.
	Description string
	// Mode is the mode of models that set none: "text" (also "") or
	// "structured". ModeSections is the prompt's own: a model's mode does not
	// change it.
	Mode string
	// Required lists the columns that must not be blank.
	Required []string
	// Vars holds the settings of the front matter's [vars] table ("language",
	// "words"), which the template uses as {{.language}}. A column of the same
	// name overrides it unless it is blank.
	Vars map[string]string
	// Contract is the definition of a well-formed reply.
	Contract *contract.Contract

	// text is the text of the file. lists holds the closed lists that replaced
	// those of the file. Both travel to another machine.
	text  string
	lists map[string][]string
	tmpl  *template.Template
	// folded renders as tmpl does, in less time.
	folded    *renderer
	optional  []string
	variables []variable
	at        int // the file's line at which the template begins
}
