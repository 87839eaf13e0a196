package topics

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// peeked is how many rows are looked at to find what a column holds.
const peeked = 50

// topicHint names the column that most likely holds the topics, where one does.
func (in *Input) topicHint() string {
	i, likely := in.likelyTopic()
	if !likely {
		return "--topic-column NAME, where NAME is the column that holds what the posts are about"
	}
	return "--topic-column " + flagName(in.columns[i].raw, i)
}

// filling is what the first rows have in one column.
type filling struct {
	seen   map[string]bool
	filled int
	// long are cells that are texts rather than names of them; likeness is the
	// sum of likeTopic over different cells.
	long     int
	likeness float64
}

// named reports whether a column whose name is that of topics holds some, and not
// one alone for all rows.
func (f *filling) named() bool {
	return f.filled > 0 && 2*f.long <= f.filled && f.likeness > 0 && (len(f.seen) > 1 || f.filled == 1)
}

// worth scores a column by its cells: how many rows have a cell that looks like
// a topic and like no other.
func (f *filling) worth(rows int) float64 {
	if rows == 0 {
		return 0
	}
	return f.likeness / float64(rows)
}

// leastWorth is the score of a column below which it holds no topics: one word
// in each row counts 0.3.
const leastWorth = 0.15

// likelyTopic is the column that most likely holds the topics: by its name, if
// its cells can be topics, and else by its cells. likely reports whether there
// is one at all; without one the column is the first.
func (in *Input) likelyTopic() (best int, likely bool) {
	rows := in.peek()
	columns := make([]filling, len(in.columns))
	for _, cells := range rows {
		for i := range min(len(cells), len(columns)) {
			columns[i].add(strings.TrimSpace(cells[i]))
		}
	}
	best, rank := -1, 0
	for i, c := range in.columns {
		if r := topicRank(c.name); r >= 0 && (columns[i].named() || len(rows) == 0) && (best < 0 || r < rank) {
			best, rank = i, r
		}
	}
	if best >= 0 {
		return best, true
	}
	most := 0.0
	for i, c := range in.columns {
		if c.name == "" && !in.opts.NoHeader {
			continue
		}
		if w := columns[i].worth(len(rows)) * nameWeight(c.name); w > most {
			best, most = i, w
		}
	}
	return max(best, 0), most >= leastWorth
}

func (f *filling) add(cell string) {
	if cell == "" {
		return
	}
	f.filled++
	if len([]rune(cell)) > longTopic {
		f.long++
	}
	score := likeTopic(cell)
	if f.seen[cell] {
		score /= 4
	}
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	f.seen[cell] = true
	f.likeness += score
}

// nameWeight is how much a column's name says for topics, where it is no name
// of topics by itself: "track_name" for, "short_description" and "sku" against.
func nameWeight(name string) float64 {
	last := name[strings.LastIndexByte(name, '_')+1:]
	switch {
	case isTopicName(last):
		return 1.3
	case slices.Contains(otherNames, last), slices.Contains(otherNames, name):
		return 0.25
	}
	return 1
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

// longTopic is a length, in characters, that few topics have.
const longTopic = 200

// codeWord is a cell of one word that is a code, a flag, or a name of a file.
var codeWord = regexp.MustCompile(`(?i)^(?:true|false|yes|no|null|none|n/?a|\S*[-_/.]\S*|[a-z]*\d\S*)$`)

// likeTopic scores how much a cell looks like what a post is about: some words
// of prose, and no number, date, address, code or list.
func likeTopic(cell string) float64 {
	words := len(strings.Fields(cell))
	switch {
	case cell == "" || isDatum(cell) || !strings.ContainsFunc(cell, unicode.IsLetter):
		return 0
	case len([]rune(cell)) > longTopic:
		return 0.3
	case cell[0] == '[' || cell[0] == '{' || cell[0] == '<':
		return 0.1
	case words == 1 && codeWord.MatchString(cell):
		return 0.05
	case words == 1 && !eastAsian(cell):
		return 0.3
	case strings.Count(cell, ",") >= 2:
		return 0.5
	}
	return 1 + min(float64(words), 8)/20
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
	for i, cell := range header {
		cell = strings.TrimSpace(cell)
		if cell == "" {
			continue
		}
		filled++
		odd = odd || isDatum(cell) || len([]rune(cell)) > 80
		if isKnown(normalise(cell)) || isIdentifier(cell) && !anyIdentifier(rows, i) {
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
		if strings.TrimSpace(header[i]) != "" && isData(rows, i) {
			return true
		}
	}
	return false
}

// identifier is a name as programs write it: auth_POB1, personal.x, col-1,
// publishedAt, taskID.
var identifier = regexp.MustCompile(`^[\pL][\pL\pN]*(?:[_.-][\pL\pN]+)+$|^\p{Ll}+\p{Lu}[\pL\pN]*$`)

// isIdentifier reports whether a cell is such a name, or ends as names of columns do
// that hold no texts: "Task ID", "Due Date".
func isIdentifier(cell string) bool {
	if identifier.MatchString(cell) {
		return true
	}
	words := strings.Fields(strings.ToLower(cell))
	return len(words) == 2 && slices.Contains([]string{"id", "url", "date", "count", "type", "status"}, words[1])
}

// anyIdentifier reports whether the rows below have such names, too, so that
// the one above says nothing.
func anyIdentifier(rows [][]string, column int) bool {
	for _, row := range rows {
		if column < len(row) && isIdentifier(strings.TrimSpace(row[column])) {
			return true
		}
	}
	return false
}

// isData reports whether the cells of a column are figures and dates, nearly
// all.
func isData(rows [][]string, column int) bool {
	data, texts := 0, 0
	for _, row := range rows {
		switch {
		case column >= len(row) || strings.TrimSpace(row[column]) == "":
		case isDatum(strings.TrimSpace(row[column])):
			data++
		default:
			texts++
		}
	}
	return data > 0 && data >= 4*texts
}
