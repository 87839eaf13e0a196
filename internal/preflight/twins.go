package preflight

import (
	"fmt"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/plan"
)

// twins refuses two entries that are one model with the same options under the
// same prompt, whatever their names: each job of the one is the other's, and
// the ledger could not tell them apart.
func twins(entries []*plan.Entry, path string) error {
	seen := map[string]*plan.Entry{}
	for _, e := range entries {
		if e.Unusable != nil {
			continue
		}
		id := e.Prompt.Name + " " + batch.JobID(e.Model, llm.Messages{}, e.Prompt.Contract, 0)
		if other := seen[id]; other != nil {
			return exit.Usage(
				fmt.Errorf("models %s and %s are the same model with the same options: their posts would be the same", other.Name, e.Name),
				fmt.Sprintf("take one of them out, or give it other options in %s", path),
			)
		}
		seen[id] = e
	}
	return nil
}
