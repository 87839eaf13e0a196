package topics

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

const (
	// maxWorkbook bounds a workbook's file, in bytes: the library holds it in
	// memory. A sheet of a million topics is smaller.
	maxWorkbook = 128 << 20
	// maxSheets bounds what a workbook unpacks to, in bytes. Its large parts
	// are unpacked to the temporary folder.
	maxSheets = 2 << 30
)

// workbook copies one sheet of an .xlsx file to the spool, as CSV: a row of
// the sheet is a row there.
func (in *Input) workbook(r io.Reader) error {
	packed, err := io.ReadAll(io.LimitReader(r, maxWorkbook+1))
	if err != nil {
		return fmt.Errorf("read %s: %w", in.name, err)
	}
	if len(packed) > maxWorkbook {
		return &Error{File: in.name, Msg: "seems to be an .xlsx workbook, and is larger than " + size(maxWorkbook), hint: "save the sheet as CSV UTF-8"}
	}
	if bytes.Contains(packed[:min(len(packed), 200)], []byte("application/vnd.oasis.opendocument")) {
		return &Error{File: in.name, Msg: "seems to be an OpenDocument sheet (.ods)", hint: "save it as .xlsx or as CSV UTF-8"}
	}
	book, lost, err := openWorkbook(packed)
	if err != nil {
		return &Error{File: in.name, Msg: "seems to be an .xlsx workbook or another zip archive, and cannot be read as a workbook: " + err.Error(), hint: "save it again as .xlsx or as CSV UTF-8, or unpack the archive"}
	}
	defer book.Close()
	if err := in.chooseSheet(book); err != nil {
		return err
	}
	rows, err := book.Rows(in.sheet)
	if err != nil {
		return in.badSheet(err)
	}
	defer rows.Close()
	if err := in.copyRows(rows, lost); err != nil {
		return err
	}
	in.opts.Delimiter = ","
	return nil
}

// badSheet reports a sheet that cannot be read.
func (in *Input) badSheet(err error) error {
	return &Error{File: in.name, Msg: fmt.Sprintf("the sheet %q cannot be read: %v", in.sheet, err)}
}

// copyRows copies the rows of a sheet to the spool. lost has the cells whose text the
// workbook does not have.
func (in *Input) copyRows(rows *excelize.Rows, lost map[string]bool) error {
	w, spooled := bufio.NewWriterSize(in.spool, 64<<10), 0
	for n := 1; rows.Next(); n++ {
		row, err := rows.Columns()
		if err != nil {
			return in.badSheet(err)
		}
		if len(lost) > 0 {
			markLost(row, n, lost)
		}
		// A row with one cell in its last column has thousands of blank ones.
		for _, cell := range row {
			spooled += len(cell) + len(`"",`)
		}
		if spooled > maxSheets {
			return &Error{File: in.name, Msg: fmt.Sprintf("the sheet %q is larger than %s as CSV", in.sheet, size(maxSheets)), hint: "save the sheet as CSV UTF-8"}
		}
		if err := writeRow(w, row); err != nil {
			return fmt.Errorf("read %s: %w", in.name, err)
		}
	}
	if err := rows.Error(); err != nil {
		return in.badSheet(err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("read %s: %w", in.name, err)
	}
	return nil
}

// markLost marks the cells of row n whose text is lost.
func markLost(row []string, n int, lost map[string]bool) {
	for i := range row {
		if place, err := excelize.CoordinatesToCellName(i+1, n); err == nil && lost[place] {
			row[i] = lostText
		}
	}
}

// openWorkbook opens a workbook; the library panics at some damaged ones.
func openWorkbook(packed []byte) (book *excelize.File, lost map[string]bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it is damaged (%v)", p)
		}
	}()
	if lost, err = checkParts(packed); err != nil {
		return nil, nil, err
	}
	book, err = excelize.OpenReader(bytes.NewReader(packed), excelize.Options{
		UnzipSizeLimit: maxSheets,
		// What a spreadsheet shows by the machine's own setting.
		ShortDatePattern: "yyyy-mm-dd",
	})
	if err == nil && len(book.GetSheetList()) == 0 {
		err = fmt.Errorf("it has no sheet")
	}
	return book, lost, err
}

// lostText stands in the spool for a text that the workbook does not have. No
// cell holds it, and none that is used may.
const lostText = "\x00lost\x00"

// chooseSheet takes the sheet that --sheet names, or the first visible one.
func (in *Input) chooseSheet(book *excelize.File) error {
	all := book.GetSheetList()
	if want := in.opts.Sheet; want != "" {
		i := slices.IndexFunc(all, func(s string) bool { return strings.EqualFold(s, want) })
		if i < 0 {
			return &Error{File: in.name, Msg: fmt.Sprintf("there is no sheet %q; the sheets are %s", want, quoted(all)), hint: "--sheet " + quote(all[0])}
		}
		in.sheet = all[i]
		return nil
	}
	in.sheet = all[0]
	for _, s := range all {
		if visible, err := book.GetSheetVisible(s); err == nil && visible {
			in.sheet = s
			break
		}
	}
	if len(all) > 1 {
		in.assume("took the sheet %q of %s (--sheet names another)", in.sheet, count(len(all), "sheet"))
	}
	return nil
}

// writeRow writes one row as CSV, each cell in quotes.
func writeRow(w *bufio.Writer, row []string) error {
	for i, cell := range row {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		_ = w.WriteByte('"')
		_, _ = w.WriteString(strings.ReplaceAll(cell, `"`, `""`))
		_ = w.WriteByte('"')
	}
	// A bufio.Writer keeps its first error.
	return w.WriteByte('\n')
}
