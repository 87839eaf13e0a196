package topics

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Options say how to read a file; the zero value finds everything by itself.
type Options struct {
	// Delimiter is "comma", "semicolon", "tab", "pipe", the character itself,
	// or "" to find it from the header.
	Delimiter string
	// TopicColumn names the column with the topics; "" means "topic", or the
	// only column that there is.
	TopicColumn string
	// NoHeader reads a bare list of topics, one a line.
	NoHeader bool
	// MaxField bounds a field, in bytes; 0 means 64 KiB.
	MaxField int
}

// Input is an opened file of topics. It is used by one goroutine at a time.
type Input struct {
	name  string
	spool *os.File
	// unnamed: the spool's name is gone already, and it with its last user.
	unnamed  bool
	opts     Options
	jsonl    bool
	list     bool // one column: a line is a topic
	delim    byte
	columns  []string
	topic    string // the normalised name of the topic column
	required []string
	sample   *sample  // nil: all topics
	repeats  *repeats // nil until a pass has seen every row
}

// Open reads path ("-" is stdin) into a temporary file as UTF-8 and looks at
// its header. Its errors about the file's content are *Error. Close removes
// the temporary file.
func Open(path string, o Options, stdin io.Reader) (_ *Input, err error) {
	if o.MaxField == 0 {
		o.MaxField = 64 << 10
	}
	in := &Input{name: path, opts: o}
	source := stdin
	if path == "-" {
		in.name = "standard input"
	} else {
		f, err := openFile(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		source = f
	}
	if in.spool, err = os.CreateTemp("", "nightpress-topics-*"); err != nil {
		return nil, fmt.Errorf("spool %s: %w", in.name, err)
	}
	defer func() {
		if err != nil {
			_ = in.Close()
		}
	}()
	// So that a process that is killed leaves nothing behind; Windows removes
	// no open file.
	in.unnamed = os.Remove(in.spool.Name()) == nil
	// The decoder reads a byte order mark of UTF-8 or UTF-16 and takes the
	// text for UTF-8 where there is none. Invalid UTF-8 passes through, to be
	// found in its row.
	decoded := transform.NewReader(source, unicode.BOMOverride(transform.Nop))
	if _, err := io.Copy(in.spool, decoded); err != nil {
		return nil, fmt.Errorf("read %s: %w", in.name, err)
	}
	return in, in.header(path)
}

func openFile(path string) (*os.File, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &Error{File: path, Msg: "no such file", hint: "nightpress init writes a topics.csv to begin with"}
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = &Error{File: path, Msg: "is a folder; a file of topics is needed"}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// Close removes the spooled text. It may be called again.
func (in *Input) Close() error {
	if in.spool == nil {
		return nil
	}
	err := in.spool.Close()
	if !in.unnamed {
		err = errors.Join(err, os.Remove(in.spool.Name()))
	}
	in.spool = nil
	return err
}

// Columns are the normalised names of the columns, in the file's order; the
// topic column is also called "topic".
func (in *Input) Columns() []string {
	cols := append([]string(nil), in.columns...)
	for _, c := range cols {
		if c == "topic" {
			return cols
		}
	}
	return append(cols, "topic")
}

// lines starts a pass over the spooled text.
func (in *Input) lines() (*lineReader, error) {
	if in.spool == nil {
		return nil, errors.New("topics: the input is closed")
	}
	size, err := in.spool.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	// A section reads at its own offsets, so that passes do not disturb each
	// other.
	return &lineReader{r: bufio.NewReaderSize(io.NewSectionReader(in.spool, 0, size), 64<<10)}, nil
}

// header finds format, delimiter, columns and the topic column.
func (in *Input) header(path string) error {
	lr, err := in.lines()
	if err != nil {
		return err
	}
	first, line, err := lr.nonBlank()
	if errors.Is(err, io.EOF) {
		return &Error{File: in.name, Msg: "is empty", hint: "write a header line \"topic\" and a topic on each line below it"}
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", in.name, err)
	}
	ext := strings.ToLower(filepath.Ext(path))
	switch {
	case ext == ".jsonl" || ext == ".ndjson" || strings.HasPrefix(strings.TrimSpace(first), "{"):
		in.jsonl = true
		return in.jsonColumns()
	case in.opts.NoHeader:
		in.list, in.columns, in.topic = true, []string{"topic"}, "topic"
		return nil
	}
	return in.csvHeader(lr, first, line)
}
