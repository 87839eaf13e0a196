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
	// Source tells where it was read from: a path, or "built in".
	Source string
	// Description is the front matter's one-line description.
	Description string
	// Mode is how models are asked that have no mode of their own: "text",
	// which "" means too, or "structured".
	Mode string
	// Required are the columns that may not be blank.
	Required []string
	// Vars are the settings of the front matter's [vars] table ("language",
	// "words") that the template uses as {{.language}}; a column of the same
	// name wins where it is not blank.
	Vars map[string]string
	// Contract is what the prompt's replies are held to.
	Contract *contract.Contract

	// text is the file's, and lists the closed lists that took the place of
	// its own: what travels to another machine.
	text      string
	lists     map[string][]string
	tmpl      *template.Template
	optional  []string
	variables []variable
	at        int // the file's line at which the template begins
}
