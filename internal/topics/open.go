package topics

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/nightpress/nightpress/internal/regular"
)

// Options say how to read a file; the zero value finds everything by itself.
type Options struct {
	// Delimiter is "comma", "semicolon", "tab", "pipe", the character itself,
	// or "" to find it from the header.
	Delimiter string
	// TopicColumn names the column with the topics, or is its number from 1;
	// "" means "topic", or the only column that there is.
	TopicColumn string
	// NoHeader: the first row is a topic like the others. Each line is a topic,
	// unless a column is named by its number.
	NoHeader bool
	// Columns gives the prompt's name for a column: "product=Title".
	Columns []string
	// Where selects rows: "status=pending", "status!=done", "status=" for
	// blank. All must hold; several values of one column are alternatives.
	Where []string
	// Encoding is a name that golang.org/x/text knows; "" is UTF-8, or UTF-16
	// with a byte order mark or without.
	Encoding string
	// Sheet is the sheet of a workbook; "" is the only one, or the first.
	Sheet string
	// AllRows: Check's report has every bad row and not the first 20 alone.
	AllRows bool
	// MaxField bounds a cell that is used, in bytes; 0 means 64 KiB.
	MaxField int
	// Pipe wraps what is read from a pipe, so that a caller can end a wait for
	// it; nil wraps nothing.
	Pipe func(io.Reader) io.Reader
}

// Input is an opened file of topics. It is used by one goroutine at a time.
type Input struct {
	name    string
	spool   *regular.TempFile
	opts    Options
	form    form
	sheet   string // of a workbook
	within  string // the list of a JSON object that has the topics
	delim   byte
	list    bool  // one column: a line is a topic
	begin   place // where the rows begin, after the header
	header  []string
	columns []column
	topic   int // the index of the topic column
	slug    int // that of the slug column, -1 for none
	order   []int
	aliases []alias
	keep    []int // the columns that a topic's Row has; nil for all
	used    []int // those that make rows different; nil until they are found
	// required are indexes of columns that may not be blank, with the names
	// that the prompt has for them.
	required []alias
	front    []frontColumn
	where    []condition
	total    int      // the line of a last row with the sums of the others; 0 for none
	sample   *sample  // nil: all topics
	repeats  *repeats // nil until a pass has seen every row
	briefs   []uint64 // of the keys; see Comparison
	assumed  []string
}

// Open reads path ("-" is stdin) into a temporary file as UTF-8 and looks at
// its header. Its errors about the file's content are *Error. Close removes
// the temporary file.
//
// A path that is a named pipe, a device or a socket is refused at once. The pipes of
// a shell's process substitution, /dev/fd/N, are read like standard input.
func Open(path string, o Options, stdin io.Reader) (_ *Input, err error) {
	if o.MaxField == 0 {
		o.MaxField = 64 << 10
	}
	in := &Input{name: path, opts: o, slug: -1}
	if in.where, err = conditions(o.Where); err != nil {
		return nil, err
	}
	source := stdin
	if path == "-" {
		in.name = "standard input"
	} else {
		f, err := openFile(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if source = f; o.Pipe != nil && isPipe(path) {
			source = o.Pipe(f)
		}
	}
	if in.spool, err = regular.Temp("nightpress-topics-*"); err != nil {
		return nil, fmt.Errorf("read %s: %w", in.name, err)
	}
	defer func() {
		if err != nil {
			_ = in.Close()
		}
	}()
	if err := in.fill(source, path); err != nil {
		return nil, err
	}
	return in, in.findHeader()
}

// isPipe reports whether the path is one of the process's own open files,
// which a shell's <(...) gives.
func isPipe(path string) bool {
	p := filepath.ToSlash(filepath.Clean(path))
	return p == "/dev/stdin" || strings.HasPrefix(p, "/dev/fd/") || strings.HasPrefix(p, "/proc/self/fd/")
}

func openFile(path string) (*os.File, error) {
	if isPipe(path) {
		return os.Open(path)
	}
	file, err := regular.Open(path)
	other, irregular := errors.AsType[*regular.Error](err)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, &Error{File: path, Msg: "no such file", hint: "nightpress init writes a topics.csv to begin with"}
	case irregular && other.What == regular.What(os.ModeDir):
		return nil, &Error{File: path, Msg: "is a folder; a file of topics is needed"}
	case irregular:
		return nil, &Error{File: path, Msg: other.What + "; a regular file is needed", hint: "to read from a pipe, use - and redirect it: nightpress run - < " + path}
	}
	return file, err
}

// Close removes the spooled text. It may be called again.
func (in *Input) Close() error {
	if in.spool == nil {
		return nil
	}
	err := in.spool.Close()
	in.spool = nil
	return err
}

// text starts a pass over the spooled text. It reads at its own offsets, so
// that passes do not disturb each other.
func (in *Input) text() (*text, error) {
	if in.spool == nil {
		return nil, errors.New("topics: the input is closed")
	}
	size, err := in.spool.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	return newText(in.spool, size), nil
}

// Assumed is one line that says what Open and Check assumed about the file, or "" if
// they assumed nothing.
func (in *Input) Assumed() string {
	if len(in.assumed) == 0 {
		return ""
	}
	return in.name + ": " + strings.Join(in.assumed, "; ")
}

// Name is the file's, or "standard input".
func (in *Input) Name() string { return in.name }

func (in *Input) assume(format string, args ...any) {
	in.assumed = append(in.assumed, fmt.Sprintf(format, args...))
}
