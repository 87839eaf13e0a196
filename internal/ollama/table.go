package ollama

import (
	"slices"

	"github.com/nightpress/nightpress/internal/llm"
)

// Row is one row of the fault table, for the documentation and for tests.
type Row struct {
	// Part is the text that a server's message contains, or in parentheses
	// another sign of the failure.
	Part string
	// Says explains it, and Hint says what to do, both for a person.
	Says, Hint string
	// Since lists the versions of Ollama, or the other programs, that write it.
	Since string
	Kind  llm.FaultKind
	// Trouble is what a FaultRetry says about the model.
	Trouble llm.Trouble
	// Status and Example are an answer with this meaning, as a server wrote it.
	// Status is 0 if no answer has this meaning, and 200 for an error in a
	// reply.
	Status  int
	Example string
	// Server is set if the failure concerns the server, not one model.
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
