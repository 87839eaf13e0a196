package topics

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// peeked is how many rows are looked at to find what a column holds.
const peeked = 50

// topicHint names the column that most likely holds the topics.
func (in *Input) topicHint() string {
	i := in.likelyTopic()
	return "--topic-column " + flagName(in.columns[i].raw, i)
}

// likelyTopic is the column that most likely holds the topics, by its name,
// and where no name says so, by its cells.
func (in *Input) likelyTopic() int {
	best, rank := -1, 0
	for i, c := range in.columns {
		if r := topicRank(c.name); r >= 0 && (best < 0 || r < rank) {
			best, rank = i, r
		}
	}
	if best >= 0 {
		return best
	}
	scores := make([]float64, len(in.columns))
	seen := make([]map[string]bool, len(in.columns))
	for i, c := range in.columns {
		seen[i] = map[string]bool{}
		if c.name == "" {
			scores[i] = -1
		}
	}
	for _, cells := range in.peek() {
		for i := range min(len(cells), len(scores)) {
			cell := strings.TrimSpace(cells[i])
			score := likeTopic(cell)
			if seen[i][cell] && score > 0 {
				score /= 4
			}
			seen[i][cell] = true
			scores[i] += score
		}
	}
	best = 0
	for i, s := range scores {
		if s > scores[best] {
			best = i
		}
	}
	return best
}

// peek returns the cells of the first rows.
func (in *Input) peek() (rows [][]string) {
	src, err := in.source()
	for err == nil && len(rows) < peeked {
		var rec record
		if rec, err = src.next(); err == nil && rec.fault == "" {
			rows = append(rows, rec.cells)
		}
	}
	return rows
}

// likeTopic scores how much a cell looks like what a post is about: some words
// of prose, and no number, date, address or code.
func likeTopic(cell string) float64 {
	switch n := len([]rune(cell)); {
	case cell == "" || isDatum(cell):
		return 0
	case n > 200:
		return 0.3
	default:
		words := len(strings.Fields(cell))
		switch {
		case words == 1 && strings.ContainsAny(cell, "-_/"):
			return 0.1
		case words == 1 && !eastAsian(cell):
			return 0.3
		case strings.Count(cell, ",") >= 2:
			return 0.5
		}
		return 1 + min(float64(words), 8)/20
	}
}

func eastAsian(s string) bool {
	for _, r := range s {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai) {
			return true
		}
	}
	return false
}

// datum is a number, a share, an amount, a date or a time.
var datum = regexp.MustCompile(`^[-+~<>]?[$€£¥]?\s*\d[\d.,:/ \x{a0}T+-]*(Z|k|K|M|%|\s*[AaPp][Mm]|\s*[$€£¥])?$`)

// isDatum reports whether a cell is a figure, a date or an address.
func isDatum(cell string) bool {
	return datum.MatchString(cell) || strings.Contains(cell, "://") || strings.HasPrefix(cell, "www.") ||
		strings.HasPrefix(cell, "/") && !strings.Contains(cell, " ") || strings.Contains(cell, "@") && !strings.Contains(cell, " ")
}

// looksLikeHeader reports whether a row names the columns of the rows below
// it: its cells are names that headers have, or unlike those below.
func looksLikeHeader(header []string, rows [][]string) bool {
	known, filled, odd, about := 0, 0, false, false
	for _, cell := range header {
		cell = strings.TrimSpace(cell)
		if cell == "" {
			continue
		}
		filled++
		odd = odd || isDatum(cell) || len([]rune(cell)) > 80
		if isKnown(normalise(cell)) {
			known++
		}
		about = about || slices.Contains(topicNames, normalise(cell))
	}
	// A shop's export has hundreds of columns, and few of them are known.
	if known >= 5 || !odd && (about || known > 0 && known*3 >= filled) {
		return true
	}
	if odd {
		return false
	}
	for i := range header {
		data, texts := 0, 0
		for _, row := range rows {
			if i < len(row) && strings.TrimSpace(row[i]) != "" {
				if isDatum(strings.TrimSpace(row[i])) {
					data++
				} else {
					texts++
				}
			}
		}
		if data > 0 && data >= 4*texts && strings.TrimSpace(header[i]) != "" {
			return true
		}
	}
	return false
}
