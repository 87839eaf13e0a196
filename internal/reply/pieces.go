package reply

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
)

// pieces is what is known of a reply whose tokenizer was converted wrongly, so
// that the server sends the tokenizer's own signs instead of what they stand for.
type pieces struct {
	bytes  bool // "<0x0A>" for a byte (ggml-org/llama.cpp#4622 and #5064, janhq/jan#849)
	levels bool // "Ġ" for a blank and "Ċ" for a line end, as GPT-2's bytes (b4rtaz/distributed-llama#99)
	blanks bool // "▁" for a blank (ggml-org/llama.cpp#2743)
	// escapes: the reply writes a backslash and an "n" for its line ends.
	escapes bool
	ended   bool // a sign ended the line before, so that a line feed now is its own
}

// lineSign is the last byte of "Ċ".
const lineSign = 0x8a

// pieceEnd reports whether the line in progress ends with a tokenizer's sign for
// a line end, and takes it off. Last is the last byte of the sign.
func (r *Reader) pieceEnd(last byte) bool {
	p := r.partial
	if last == 'n' {
		return r.escapedEnd()
	}
	if last == '>' {
		n := len(p) - len("<0x0A>")
		if n < 0 || !bytes.EqualFold(p[n:], []byte("<0x0a>")) || !r.pieces.bytes && (r.code() || r.marks.oddTicks(p[:n])) {
			return false
		}
		r.pieces.bytes, r.partial = true, p[:n]
	} else {
		n := len(p) - len("Ċ")
		if n < 0 || string(p[n:]) != "Ċ" || !r.pieces.levels && (r.code() || !levelled(string(p[:n]), 1)) {
			return false
		}
		r.pieces.levels, r.partial = true, p[:n]
	}
	r.marks.scanned = min(r.marks.scanned, len(r.partial))
	r.repair(contract.RepairRawTokens, r.raw)
	return true
}

// afterBackslash reports whether the line in progress, to which more is added, ends with
// a backslash.
func (r *Reader) afterBackslash(more string) bool {
	if more != "" {
		return more[len(more)-1] == '\\'
	}
	return len(r.partial) > 0 && r.partial[len(r.partial)-1] == '\\'
}

// escaped is a line end as some replies write it.
const escaped = `\n`

// escapedEnd is pieceEnd for a backslash and an "n". They are a line end where the
// first line of the reply has a second header line after one of them, up to the first
// real line end. In code they are text: nobody can tell them from those of a program.
func (r *Reader) escapedEnd() bool {
	p, ok := bytes.CutSuffix(r.partial, []byte(escaped))
	if !ok || bytes.HasSuffix(p, []byte(`\`)) || r.code() {
		return false
	}
	if !r.pieces.escapes {
		if r.raw > 1 || r.state != inOpening || len(p) > opening {
			return false
		}
		first, second, ok := strings.Cut(string(p), escaped)
		if !ok || !r.labelled(first) || !r.labelled(second) {
			return false
		}
		r.pieces.escapes, r.partial = true, p[:len(first)]
		r.repair(contract.RepairRawTokens, r.raw)
		r.endLine('\n')
		r.begin = r.n - len(second) - len(escaped)
		r.take(second)
		return r.signal == Continue
	}
	r.partial = p
	r.marks.scanned = min(r.marks.scanned, len(p))
	return true
}

// labelled reports whether a line is a header line with a label of the contract and a
// value.
func (r *Reader) labelled(s string) bool {
	name, value, ok := strings.Cut(s, ":")
	_, known := r.form.labels[fold(name)]
	return ok && known && strings.TrimSpace(value) != ""
}

// levelled reports whether a text has at least so many blanks as GPT-2's
// tokenizer writes them, and as few others. Maltese alone has this letter.
func levelled(s string, least int) bool {
	n := strings.Count(s, "Ġ")
	return n >= least && n >= strings.Count(s, " ")
}

// unpieced is a line with the characters that a tokenizer's signs stand for.
func (r *Reader) unpieced(s string) string {
	as, code := s, r.code()
	if r.pieces.escapes && !code {
		s = strings.ReplaceAll(s, `\"`, `"`)
	}
	if strings.Contains(s, "<0x") && (r.pieces.bytes || !code) {
		s = r.fromBytes(s)
	}
	if strings.Contains(s, "[UNK_BYTE_0x") && !code {
		s = strings.ReplaceAll(unknownByte().ReplaceAllString(s, ""), "▁", " ")
	}
	if r.pieces.levels = r.pieces.levels || !code && strings.Contains(s, "Ġ") && (levelled(s, 2) || strings.HasPrefix(s, "#") && levelled(s, 1) && !strings.Contains(s, " ")); r.pieces.levels {
		s = fromLevels(s)
	}
	if strings.Contains(s, "▁") {
		s = r.fromBlanks(s)
	}
	if s != as {
		r.repair(contract.RepairRawTokens, r.raw)
	}
	return s
}

var (
	// byteSigns are bytes as SentencePiece writes those without a token.
	byteSigns = lazy(`(?:<0x[0-9A-Fa-f]{2}>)+`)
	// unknownByte is how a wrong vocabulary shows the sign of a blank; the piece
	// follows once more (ollama/ollama#8397).
	unknownByte = lazy(`\[UNK_BYTE_0x[0-9a-f]+[^\[\]]*\]`)
)

// fromBytes writes the characters for the signs of bytes, outside code spans.
func (r *Reader) fromBytes(s string) string {
	all := byteSigns().FindAllStringIndex(s, -1)
	for i := len(all) - 1; i >= 0; i-- {
		at, end := all[i][0], all[i][1]
		if !r.pieces.bytes && strings.Count(s[:at], "`")%2 == 1 {
			continue
		}
		var text []byte
		for k := at; k < end; k += len("<0x0A>") {
			b, _ := strconv.ParseUint(s[k+3:k+5], 16, 8)
			text = append(text, byte(b))
		}
		if utf8.Valid(text) {
			s = s[:at] + string(text) + s[end:]
		}
	}
	return s
}

// levels are the bytes that GPT-2's tokenizer writes as other characters: those
// that print as nothing or as a blank become the characters from U+0100 on.
var levels = func() map[rune]byte {
	all, next := map[rune]byte{}, rune(0x100)
	for b := range 0x100 {
		if c := rune(b); c > ' ' && c < 0x7f || c > 0xa0 && c != 0xad {
			all[c] = byte(b)
		} else {
			all[next] = byte(b)
			next++
		}
	}
	return all
}()

// fromLevels writes the text for GPT-2's bytes.
func fromLevels(s string) string {
	var b []byte
	for _, c := range strings.ReplaceAll(s, " Ġ", "Ġ") {
		if level, ok := levels[c]; ok {
			b = append(b, level)
		} else {
			b = utf8.AppendRune(b, c)
		}
	}
	if !utf8.Valid(b) {
		return strings.NewReplacer("Ġ", " ", "Ċ", "").Replace(s)
	}
	return string(b)
}

// fromBlanks writes blanks for the signs of blanks. The character is also the
// lowest of the bars that people draw, and a line to fill in; a token of a
// template has it between words.
func (r *Reader) fromBlanks(s string) string {
	tokens := token().FindAllStringIndex(s, -1)
	if len(tokens) == 1 && tokens[0][1]-tokens[0][0] == len(s) {
		return s
	}
	var b strings.Builder
	before := rune(0)
	for i := 0; i < len(s); {
		if len(tokens) > 0 && i == tokens[0][0] {
			b.WriteString(s[i:tokens[0][1]])
			i, before, tokens = tokens[0][1], '>', tokens[1:]
			continue
		}
		c, size := utf8.DecodeRuneInString(s[i:])
		if c != '▁' {
			b.WriteString(s[i : i+size])
			i, before = i+size, c
			continue
		}
		end := i
		for strings.HasPrefix(s[end:], "▁") {
			end += size
		}
		n := (end - i) / size
		after, _ := utf8.DecodeRuneInString(s[end:])
		starts := strings.TrimSpace(s[:i]) == ""
		switch {
		case !r.blankSign(before, after, end == len(s), starts, n):
			b.WriteString(s[i:end])
		case end == len(s): // after the last word
		case starts:
			b.WriteString(strings.Repeat(" ", n))
		case before != ' ':
			b.WriteByte(' ')
		}
		i, before = end, '▁'
	}
	return b.String()
}

// blankSign reports whether n characters "▁" between two others stand for
// blanks. One between two letters of a header line shows that all do.
func (r *Reader) blankSign(before, after rune, last, starts bool, n int) bool {
	bar := func(c rune) bool { return c >= 0x2580 && c <= 0x259f }
	switch {
	case bar(before) || bar(after):
		return false
	case !last && !starts && before != ' ' && !unicode.IsSpace(after) && after != '`' && n == 1 && (r.state != inBody || r.pieces.blanks):
		r.pieces.blanks = true
		return true
	case r.pieces.blanks || last && starts && before == ' ':
		return true
	case last || before == '`' || after == '`' || n > 3 && !starts:
		return false
	}
	if !letterOrDigit(after) && !strings.ContainsRune("#*-_|\"'([{</", after) {
		return false
	}
	return starts || before == ' ' && !r.code()
}
