package check

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
)

// finding is one line of check. Its JSON names are promised.
type finding struct {
	Event string `json:"event"`
	What  string `json:"what"`
	OK    bool   `json:"ok"`
	// Warning is set where a run works, and something will likely go wrong.
	Warning bool   `json:"warning,omitempty"`
	Message string `json:"text"`
	Hint    string `json:"hint,omitempty"`
}

func (f finding) Text(p *printer.Page) {
	mark := "ok  "
	switch {
	case !f.OK:
		mark = "FAIL"
	case f.Warning:
		mark = "warn"
	}
	p.Linef("%s  %-8s %s", mark, f.What, f.Message)
	if f.Hint != "" {
		p.Linef("      hint: %s", f.Hint)
	}
}

// checklist prints findings as they come and remembers whether all were good.
type checklist struct {
	printer printer.Printer
	failed  bool
	err     error
	// folder is nil where it cannot be opened.
	folder *output.Folder
}

func (c *checklist) add(what, text string, err error) {
	f := finding{Event: "check", What: what, OK: err == nil, Message: text}
	if err != nil {
		c.failed = true
		f.Message = err.Error()
		f.Hint = strings.Join(hint.Of(err), "; ")
	}
	c.err = errors.Join(c.err, c.printer.Print(f))
}

// warn lists what lets a run work and will likely cost posts. check does not
// fail because of it.
func (c *checklist) warn(what, text, hint string) {
	c.err = errors.Join(c.err, c.printer.Print(finding{Event: "check", What: what, OK: true, Warning: true, Message: text, Hint: hint}))
}

// warnOfGaps lists what contracts want and their templates never mention, and
// where two settings of a prompt cannot both be meant.
func (c *checklist) warnOfGaps(s *settings.Settings, loaded map[string]*prompts.Prompt) {
	for _, name := range slices.Sorted(maps.Keys(loaded)) {
		for _, gap := range loaded[name].Gaps() {
			c.warn("prompts", name+": "+gap, "say it in the template, or change the contract: nightpress prompts show "+shell.Quote(name))
		}
		for _, text := range loaded[name].Contradictions(nil) {
			c.warn("prompts", name+": "+text, "make both say the same: nightpress prompts show "+shell.Quote(name))
		}
		if text := preflight.OtherLanguage(s, loaded[name]); text != "" {
			c.warn("prompts", name+": "+text, preflight.LanguageHint(loaded[name]))
		}
	}
}
