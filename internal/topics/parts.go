package topics

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
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
// row or text (excelize v2.11.1, rows.go).
func checkParts(packed []byte) error {
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return err
	}
	others := uint64(0)
	for _, f := range r.File {
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		switch {
		case !strings.HasPrefix(name, "xl/worksheets/sheet") && name != "xl/sharedstrings.xml":
			if others += f.UncompressedSize64; others > maxParts {
				return fmt.Errorf("its parts without cells are larger than %s", size(maxParts))
			}
		case f.UncompressedSize64 > maxRow:
			if err := checkPart(f); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
		}
	}
	return nil
}

// checkPart looks through a sheet, or through the shared texts.
func checkPart(f *zip.File) error {
	part, err := f.Open()
	if err != nil {
		return err
	}
	defer part.Close()
	b := bufio.NewReaderSize(part, 64<<10)
	held, rows, texts := 0, 0, 0
	for {
		// Where a tag is longer than the buffer, its end is what is looked at.
		piece, err := b.ReadSlice('>')
		if held += len(piece); held > maxRow {
			return fmt.Errorf("a row or a text is longer than %s", size(maxRow))
		}
		if err == io.EOF {
			return nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		switch tag(piece) {
		case "row":
			held = 0
			rows++
		case "si":
			held = 0
			texts++
		case "/sheetData":
			return nil // the rest is not read
		}
		if rows > maxRows || texts > maxTexts {
			return fmt.Errorf("it has more than %d rows, or %d texts", maxRows, maxTexts)
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
