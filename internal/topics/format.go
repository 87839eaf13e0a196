package topics

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// form is how a file holds its rows.
type form int

const (
	formCells  form = iota // CSV and its kin, a list, a workbook
	formLines              // a JSON object a line
	formStream             // JSON objects over several lines
	formArray              // one JSON array
	formTable              // a Markdown table
)

// sniffed is how much of a file is looked at to find its form.
const sniffed = 64 << 10

// unread are files that people try to read as topics, by their first bytes.
var unread = []struct{ magic, what, hint string }{
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)", "save it as .xlsx or as CSV UTF-8"},
	{"%PDF-", "a PDF document", "save the topics as CSV"},
	{"\x28\xb5\x2f\xfd", "a file compressed with zstd", "zstd -d FILE, and read what it writes"},
	{"BZh", "a file compressed with bzip2", "bunzip2 -k FILE, and read what it writes"},
	{"\xfd7zXZ\x00", "a file compressed with xz", "unxz -k FILE, and read what it writes"},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it, and read the file in it"},
	{"SQLite format 3\x00", "an SQLite database", `sqlite3 -csv -header FILE "SELECT ..." > topics.csv`},
	{"PAR1", "a Parquet file", "save it as CSV"},
}

// fill decodes the source into the spool and finds its form by its content.
func (in *Input) fill(source io.Reader, path string) error {
	r := bufio.NewReaderSize(source, sniffed)
	head, err := r.Peek(sniffed)
	for unpacked := 0; bytes.HasPrefix(head, []byte("\x1f\x8b")); unpacked++ {
		if unpacked == 2 {
			return &Error{File: in.name, Msg: "is compressed more than twice"}
		}
		z, zerr := gzip.NewReader(r)
		if zerr != nil {
			return &Error{File: in.name, Msg: "seems to be compressed with gzip and cannot be unpacked: " + zerr.Error()}
		}
		r = bufio.NewReaderSize(z, sniffed)
		if head, err = r.Peek(sniffed); err != nil && !errors.Is(err, io.EOF) {
			return &Error{File: in.name, Msg: "is compressed with gzip and damaged: " + err.Error()}
		}
		path = strings.TrimSuffix(strings.ToLower(path), ".gz")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", in.name, err)
	}
	for _, u := range unread {
		if bytes.HasPrefix(head, []byte(u.magic)) {
			return &Error{File: in.name, Msg: "seems to be " + u.what, hint: u.hint}
		}
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return in.workbook(r)
	}
	if err := in.decode(r, head); err != nil {
		return err
	}
	if err := in.findForm(path); err != nil {
		return err
	}
	if in.opts.Sheet != "" && in.within == "" {
		return &Error{File: in.name, Msg: fmt.Sprintf("is no workbook, and has no sheet %q", in.opts.Sheet), hint: "leave --sheet out"}
	}
	return nil
}

// findForm looks at the beginning of the decoded text.
func (in *Input) findForm(path string) error {
	t, err := in.text()
	if err != nil {
		return err
	}
	t.more()
	if t.err != nil {
		return fmt.Errorf("read %s: %w", in.name, t.err)
	}
	head := bytes.TrimSpace(t.buf)
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case len(head) == 0 && t.size <= int64(len(t.buf)):
		return &Error{File: in.name, Msg: "is empty", hint: "write a header line \"topic\" and a topic on each line below it"}
	case in.opts.NoHeader && ext != ".jsonl" && ext != ".ndjson" && ext != ".json" && !bytes.HasPrefix(head, []byte("{")):
	case head[0] == '[' && (ext == ".json" || arrayBegins(head)):
		in.form = formArray
	case head[0] == '{':
		return in.jsonForm(head)
	case ext == ".jsonl" || ext == ".ndjson":
		in.form = formLines
	case isMarkup(head):
		return &Error{File: in.name, Msg: "seems to be HTML or XML, not rows of topics", hint: "open it in a spreadsheet and save it as CSV UTF-8"}
	case tableBegins(head):
		in.form = formTable
	}
	return nil
}

// arrayBegins reports whether a text that begins with a bracket is JSON: what
// follows is a value. "[draft],..." is a cell.
func arrayBegins(head []byte) bool {
	rest := bytes.TrimSpace(head[1:])
	return len(rest) > 0 && strings.IndexByte(`{"]`, rest[0]) >= 0
}

func isMarkup(head []byte) bool {
	h := strings.ToLower(string(head[:min(len(head), 200)]))
	for _, begin := range []string{"<?xml", "<!doctype", "<html", "<table", "<rss", "<head"} {
		if strings.HasPrefix(h, begin) {
			return true
		}
	}
	return false
}
