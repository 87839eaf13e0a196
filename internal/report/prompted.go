package report

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/llm"
)

// maxPrompt bounds a message on a page, in bytes.
const maxPrompt = 32 << 10

// prompted is what was sent for the first attempt, to these models.
type prompted struct {
	Models, System, User string
	Columns              []fact
}

// prompts groups the entries of a topic by what was sent.
func prompts(t *topic) (all []prompted) {
	at := map[llm.Messages]int{}
	for _, e := range t.Entries {
		if e.sent == nil {
			continue
		}
		name := line(e.model.Name, 80)
		if i, known := at[*e.sent]; known {
			all[i].Models += ", " + name
			continue
		}
		at[*e.sent] = len(all)
		p := prompted{Models: name}
		p.System, _ = limited(e.sent.System, maxPrompt)
		p.User, _ = limited(e.sent.User, maxPrompt)
		for _, column := range slices.Sorted(maps.Keys(e.columns)) {
			p.Columns = append(p.Columns, fact{line(column, 60), line(e.columns[column], 500)})
		}
		all = append(all, p)
	}
	return all
}

// readSent reads what was sent for an entry.
func (e *entry) readSent(ctx context.Context) error {
	made, err := e.source.ledger.Made(ctx, e.ID)
	if err != nil || made == nil {
		return err
	}
	m := sentMessages(made)
	e.sent = &m
	_ = json.Unmarshal([]byte(made.Columns), &e.columns) // a damaged text leaves them empty
	return nil
}

// limited cuts a text and makes its control characters visible.
func limited(s string, limit int) (text string, cut bool) {
	if len(s) > limit {
		s, cut = strings.ToValidUTF8(s[:limit], ""), true
	}
	return visible(s), cut
}
