package ollama

import (
	"slices"

	"github.com/nightpress/nightpress/internal/llm"
)

// Row is one row of the fault table, for the documentation and for tests.
type Row struct {
	// Part is what a server's message contains, or in parentheses how the
	// failure is known otherwise.
	Part string
	// Says is what it means, and Hint what to do, as a person reads them.
	Says, Hint string
	// Since are the versions of Ollama that write it, or who else does.
	Since string
	Kind  llm.FaultKind
	// Trouble is what a FaultRetry tells of the model.
	Trouble llm.Trouble
	// Status and Example are an answer with this meaning, as a server wrote it;
	// Status is 0 where no answer has it, and 200 for an error in a reply.
	Status  int
	Example string
	// Server is set where the failure is the server's, and of no one model.
	Server bool
}

// Table returns the fault table in the order in which it is searched.
func Table() []Row {
	found := slices.Clone(rules)
	for c := range condition(len(conditions)) {
		found = append(found, conditions[c])
	}
	rows := make([]Row, len(found))
	for i, r := range found {
		rows[i] = Row{r.part, r.says, r.hint, r.since, r.kind, r.trouble, r.status, r.example, r.server}
	}
	return rows
}
