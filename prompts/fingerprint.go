package prompts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Fingerprint is a hash of what the prompt says to a model, whatever the topic:
// its templates and the settings of [vars] in them. Two prompts that differ in
// their descriptions alone have the same one. The contract is not in it.
func (p *Prompt) Fingerprint() string {
	h := sha256.New()
	for _, name := range []string{"user", "system"} {
		if t := p.tmpl.Lookup(name); t != nil && t.Tree != nil {
			fmt.Fprintf(h, "%s %q\n", name, t.Root.String())
		}
	}
	for _, name := range p.Columns() {
		fmt.Fprintf(h, "%s %q\n", name, p.Vars[name])
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
