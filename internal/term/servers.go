package term

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// text is a server's line of a summary. One server alone is named only where it
// was found how many requests it works on.
func serverText(s *record.ServerLine, several bool, line func(head, format string, args ...any)) {
	if several {
		text := fmt.Sprintf("%s: %s, %s tokens/s, %s", Clean(s.Name), Count(s.Posts, "post"), Number(int(math.Round(s.TokensPerSecond))), Count(s.Loads, "load"))
		if s.Outages > 0 {
			text += ", " + Count(s.Outages, "outage")
			if s.AwaySeconds > 0 {
				text += " (" + Duration(time.Duration(s.AwaySeconds*float64(time.Second))) + ")"
			}
		}
		line("server", "%s", text)
	}
	// Print the same text once for all models that it applies to.
	said := map[string][]string{}
	for _, label := range slices.Sorted(maps.Keys(s.Tuned)) {
		text := tunedText(s.Tuned[label])
		said[text] = append(said[text], Clean(label))
	}
	for _, text := range slices.Sorted(maps.Keys(said)) {
		labels := ""
		if len(said) > 1 {
			labels = strings.Join(said[text], ", ") + ": "
		}
		line("workers", "%s%s", labels, text)
	}
}

// fewSlots is up to how many slots more may well be faster.
const fewSlots = 4

// text says what was found, and what more slots might bring.
func tunedText(t record.Tuned) string {
	if t.Slots == 0 {
		return fmt.Sprintf("%s at once; none had to wait", Number(t.Workers))
	}
	text := fmt.Sprintf("%s at once; the server works on %s", Number(t.Workers), Number(t.Slots))
	if t.Slots <= fewSlots {
		text += fmt.Sprintf(". More may be faster where its memory allows: OLLAMA_NUM_PARALLEL=%d ollama serve", 2*t.Slots)
	}
	return text
}
