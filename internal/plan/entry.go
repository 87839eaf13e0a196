package plan

import (
	"sync"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/estimate"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
)

// Entry is one model of a run with the prompt that it gets.
type Entry struct {
	llm.Model
	Prompt *prompts.Prompt
	// Samples is how many posts there are for each topic; 0 means one.
	Samples int
	// Identity is the model's on every machine, "" where the server does not
	// say enough, and Manifest its digest on the first server that has it.
	Identity, Manifest string
	// Server is that server, and Excluded why others cannot run the model, by
	// their names.
	Server   string
	Excluded map[string]error
	// Unusable, when set, is why the server cannot run the model; its jobs
	// are set aside.
	Unusable error
	// Waits are the servers that are away and may have the model, where no other
	// one has it. Unusable is set then, and a run waits for one of them.
	Waits []string
	// Blocked are the first few locations of posts that hold something other
	// than a file.
	Blocked []string
	// asked are the topics that it is to be asked for, and mended those whose
	// entry in the ledger is to be mended without a request.
	asked, mended bitSet
	// selected are the topics whose jobs Plan.Only chooses.
	selected bitSet
	// Details are what the server says of the model beyond its identity.
	Details record.MadeModel
	ids     *batch.Identity
	// setup is the text of the entry's record.Setup, made once.
	setup     string
	setupOnce sync.Once
	// inventory has the entry's posts while they are counted; nil if each is
	// looked up.
	inventory *ledger.Inventory
	// folder is that of the entry's posts while they are counted; nil if it
	// cannot be opened.
	folder *output.LabelFolder
	// unknown: the ledger knew no job when they began to be counted.
	unknown bool

	// Replaces says why how many finished posts are replaced. Unagreed are those
	// of them that nobody agreed to yet.
	Replaces []Replacement
	Unagreed int
	// recipes are the label's of earlier runs; agreed is the newest run in which
	// a person agreed to replace posts by those of this recipe, 0 for none.
	recipes ledger.Recipes
	agreed  int64
	// rejected are the first jobs that earlier runs rejected, at most
	// Plan.MaxRejected.
	rejected []*Candidate
	once     sync.Once
}

// Left are n of the entry's jobs, for an estimate.
func (e *Entry) Left(n int) estimate.Jobs {
	return estimate.Jobs{Left: n, Prompt: e.Prompt.Name, Words: e.Prompt.Contract.Words()}
}

// NeedsMending reports whether Plan.Mend has something to do for the entry.
func (e *Entry) NeedsMending() bool { return len(e.mended) > 0 }

// identity makes the IDs of the entry's jobs.
func (e *Entry) identity(seed int64) *batch.Identity {
	e.once.Do(func() { e.ids = batch.NewIdentity(e.Model, e.Prompt.Contract, seed) })
	return e.ids
}
