package topics

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	// maxParts bounds what the parts of a workbook that are neither sheets nor
	// texts unpack to, in bytes: the library holds them in memory.
	maxParts = 256 << 20
	// maxTexts bounds the texts that the cells of a workbook share: the library
	// holds a location of each in memory.
	maxTexts = 4 << 20
	// maxRows is how many rows a sheet of a spreadsheet can have.
	maxRows = 1 << 20
)

// checkParts refuses a workbook whose parts do not fit in memory, although the file
// is small. The library reads sheets and shared texts as a stream, but holds a whole
// row or text (excelize v2.11.1, rows.go). Lost are the places ("B3"), in any sheet,
// of cells that refer to a shared text that is not there: the library reads them as
// blank, or as the number of the text.
func checkParts(packed []byte) (lost map[string]bool, err error) {
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, err
	}
	others, texts := uint64(0), 0
	var sheets []*zip.File
	for _, f := range r.File {
		switch name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/")); {
		case strings.HasPrefix(name, "xl/worksheets/sheet"):
			sheets = append(sheets, f)
		case name == "xl/sharedstrings.xml":
			if texts, err = checkPart(f, nil); err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
		default:
			if others += f.UncompressedSize64; others > maxParts {
				return nil, fmt.Errorf("its parts without cells are larger than %s", size(maxParts))
			}
		}
	}
	lost = map[string]bool{}
	for _, f := range sheets {
		s := &shared{texts: texts, lost: lost}
		if _, err := checkPart(f, s); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return lost, nil
}

// shared finds the cells of a sheet that refer to shared texts.
type shared struct {
	texts int // how many there are
	lost  map[string]bool
	place string // of the cell in progress, "" if it holds no such text
}

// mostLost is how many lost cells are kept; a workbook with more is broken.
const mostLost = 10_000

// take looks at the piece of XML up to the end of a tag with this name.
func (s *shared) take(name string, piece []byte) {
	switch name {
	case "c":
		s.place = ""
		if attribute(piece, "t") == "s" {
			s.place = attribute(piece, "r")
		}
	case "/v":
		text, _, _ := bytes.Cut(piece, []byte("<"))
		if n, err := strconv.Atoi(strings.TrimSpace(string(text))); s.place != "" && len(s.lost) < mostLost && (err != nil || n < 0 || n >= s.texts) {
			s.lost[s.place] = true
		}
	}
}

// attribute is the value of an attribute of the tag at the end of a piece of XML, ""
// if it has none. A regular expression takes several times as long in a large sheet.
func attribute(piece []byte, name string) string {
	piece = piece[bytes.LastIndexByte(piece, '<')+1:]
	for {
		before, value, found := bytes.Cut(piece, []byte(name+`="`))
		if !found {
			return ""
		}
		if n := len(before); n > 0 && bytes.IndexByte([]byte(" \t\r\n"), before[n-1]) >= 0 {
			value, _, _ = bytes.Cut(value, []byte(`"`))
			return string(value)
		}
		piece = value
	}
}

// checkPart looks through a sheet, or through the shared texts, and counts these.
func checkPart(f *zip.File, cells *shared) (texts int, err error) {
	part, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer part.Close()
	b := bufio.NewReaderSize(part, 64<<10)
	held, rows := 0, 0
	for {
		// Where a tag is longer than the buffer, its end is what is looked at.
		piece, err := b.ReadSlice('>')
		if held += len(piece); held > maxRow {
			return 0, fmt.Errorf("a row or a text is longer than %s", size(maxRow))
		}
		if err == io.EOF {
			return texts, nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, err
		}
		name := tag(piece)
		if cells != nil {
			cells.take(name, piece)
		}
		switch name {
		case "row":
			held = 0
			rows++
		case "si":
			held = 0
			texts++
		case "/sheetData":
			return texts, nil // the rest is not read
		}
		if rows > maxRows || texts > maxTexts {
			return 0, fmt.Errorf("it has more than %d rows, or %d texts", maxRows, maxTexts)
		}
	}
}

// tag is the name of the tag at the end of a piece of XML, without its namespace.
func tag(piece []byte) string {
	name := piece[bytes.LastIndexByte(piece, '<')+1:]
	if end := bytes.IndexAny(name, " \t\r\n>"); end >= 0 {
		name = name[:end]
	}
	closes := bytes.HasPrefix(name, []byte("/"))
	name = bytes.Trim(name[bytes.IndexByte(name, ':')+1:], "/")
	if closes {
		return "/" + string(name)
	}
	return string(name)
}
