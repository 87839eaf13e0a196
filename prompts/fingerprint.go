package prompts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Fingerprint is a hash of the prompt's text for a model, without the topic: its
// templates and the settings of [vars] in them. It excludes the description and the
// contract.
func (p *Prompt) Fingerprint() string {
	h := sha256.New()
	for _, name := range []string{"user", "system", "outline", "section", "closing", "opening", "fields"} {
		if t := p.tmpl.Lookup(name); t != nil && t.Tree != nil {
			fmt.Fprintf(h, "%s %q\n", name, t.Root.String())
		}
	}
	for _, name := range p.Columns() {
		fmt.Fprintf(h, "%s %q\n", name, p.Vars[name])
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// Text is the text of the prompt's file.
func (p *Prompt) Text() string { return p.text }
