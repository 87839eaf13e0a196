package ledger

import (
	"encoding/json"

	"github.com/nightpress/nightpress/internal/record"
)

// schemaFront keeps the cells of a topic's row that a post's front matter has,
// for a post that a person writes later.
const schemaFront = `
ALTER TABLE jobs ADD COLUMN front TEXT NOT NULL DEFAULT '';   -- JSON; '': none
`

// frontText is cells as the ledger has them.
func frontText(front []record.Front) string {
	if len(front) == 0 {
		return ""
	}
	text, err := json.Marshal(front)
	if err != nil {
		return "" // strings always have a JSON form
	}
	return string(text)
}

// frontOf reads cells; a text that is none has none.
func frontOf(text string) (front []record.Front) {
	if text == "" || json.Unmarshal([]byte(text), &front) != nil {
		return nil
	}
	return front
}
