package rehearsal

import (
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

// Lacks says, in a line each, what the prepared English text of a model cannot
// meet in a contract. language is the contract's, "" for none.
func Lacks(language string, c *contract.Contract) (lines []string) {
	if l := strings.ToLower(language); l != "" && l != "en" && !strings.Contains(l, "english") {
		lines = append(lines, "the model writes English, and the contract wants "+language+": its posts will be rejected for that")
	}
	for _, r := range c.Body.Require {
		if strings.Contains(r.Text+r.Pattern, "{{") {
			lines = append(lines, "the contract requires "+r.Text+r.Pattern+" from a column, which prepared text does not hold: its posts will be rejected for that")
		}
	}
	return lines
}
