// Package validate is the use case of "nightpress validate": it checks saved replies
// against a contract, without a server.
package validate

import (
	"fmt"
	"io"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/regular"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// maxReply is the largest reply that is read, in bytes.
const maxReply = 16 << 20

// Files prints the verdict of each file; "-" is stdin. A malformed reply is the
// error exit.Silent(exit.Incomplete).
func Files(paths []string, stdin io.Reader, c *contract.Contract, to printer.Printer) error {
	malformed := false
	for _, path := range paths {
		text, err := Read(path, stdin)
		if err != nil {
			return err
		}
		if output.IsPost(text) {
			return exit.Usage(&PostError{Path: path}, "it met its contract when it was written; to check the files of a folder: nightpress verify")
		}
		v := Judge(path, text, c)
		malformed = malformed || !v.Valid
		if err := to.Print(v); err != nil {
			return err
		}
	}
	if malformed {
		return exit.Silent(exit.Incomplete)
	}
	return nil
}

// PostError reports a finished post in the place of a reply. Its front matter is
// no part of a contract.
type PostError struct{ Path string }

func (e *PostError) Error() string {
	return e.Path + " is a finished post with its front matter; a reply, as a model sends it, is needed"
}

// Verdict is what a contract says of a reply. Its JSON names are promised.
type Verdict struct {
	File     string             `json:"file"`
	Valid    bool               `json:"valid"`
	Problems []contract.Problem `json:"problems"`
	Repairs  []contract.Repair  `json:"repairs"`
	// Values are the fields of a well-formed reply by their keys, and its words.
	Values map[string]any `json:"post"`
	// Post is nil when the reply is malformed.
	Post *contract.Post `json:"-"`
}

// Judge judges a reply that is complete. file is its name in the verdict.
func Judge(file, text string, c *contract.Contract) Verdict {
	return NewVerdict(file, reply.Read(c, text, reply.Ended))
}

// NewVerdict is a reader's verdict on a file of this name.
func NewVerdict(file string, v contract.Verdict) Verdict {
	verdict := Verdict{
		File: file, Valid: v.Post != nil, Post: v.Post,
		Problems: append([]contract.Problem{}, v.Problems...),
		Repairs:  append([]contract.Repair{}, v.Repairs...),
	}
	if v.Post == nil {
		return verdict
	}
	verdict.Values = map[string]any{"words": v.Post.Words}
	for _, f := range v.Post.Fields {
		if f.List != nil {
			verdict.Values[f.Key] = f.List
		} else {
			verdict.Values[f.Key] = f.Text
		}
	}
	return verdict
}

// Read reads a reply from a file; "-" is stdin. A file that cannot be read is a
// usage error.
func Read(path string, stdin io.Reader) (string, error) {
	text, err := read(path, stdin)
	return text, exit.Usage(err)
}

func read(path string, stdin io.Reader) (string, error) {
	in := stdin
	if path != "-" {
		f, err := regular.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxReply+1))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	if len(text) > maxReply {
		return "", fmt.Errorf("read %s: longer than %d MiB", path, maxReply>>20)
	}
	return string(text), nil
}

// Text writes the verdict, with a line for each problem.
func (v Verdict) Text(p *printer.Page) {
	if v.Valid {
		p.Linef("%s: well-formed, %s words%s", v.File, term.Number(v.Post.Words), Repaired(v.Repairs))
	}
	for _, problem := range v.Problems {
		at := v.File
		if problem.Line > 0 {
			at = fmt.Sprintf("%s:%d", v.File, problem.Line)
		}
		p.Linef("%s: %s: %s", at, problem.Code, problem.Message)
	}
}

// Repaired names what was repaired and where, to be put behind other text. It is
// "" without a repair.
func Repaired(all []contract.Repair) string {
	if len(all) == 0 {
		return ""
	}
	return "; repaired " + Names(all)
}

// Names names repairs and their lines.
func Names(all []contract.Repair) string {
	var names []string
	for _, r := range all {
		name := r.Code.String()
		if r.Line > 0 {
			name += fmt.Sprintf(" (line %d)", r.Line)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
