package prompts

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/BurntSushi/toml"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/near"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/internal/tomlerr"
)

// Error is a fault in a prompt's file.
type Error struct {
	// File is the file that the prompt came from. Line counts from 1; 0 means
	// the whole file.
	File string
	Line int
	Err  error
	hint string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("prompt %s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("prompt %s: line %d: %v", e.File, e.Line, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Hint returns what to change, or "".
func (e *Error) Hint() string { return e.hint }

// head is the front matter.
type head struct {
	Description string            `toml:"description"`
	Mode        string            `toml:"mode"`
	Required    []string          `toml:"required"`
	Optional    []string          `toml:"optional"`
	Vars        map[string]any    `toml:"vars"`
	Sections    sectionsHead      `toml:"sections"`
	Contract    contract.Contract `toml:"contract"`
}

const fence = "+++"

// Parse reads a prompt's file. source says where text came from and is part of
// every error, which is an *Error.
func Parse(name, source string, text []byte) (*Prompt, error) {
	fail := func(line int, err error, hint string) error {
		return &Error{File: source, Line: line, Err: err, hint: hint}
	}
	front, body, at, err := split(normal(text))
	if err != nil {
		return nil, fail(1, err, "begin the file with a line +++, the settings, and another line +++")
	}
	var h head
	meta, err := toml.Decode(front, &h)
	if err != nil {
		if parse, ok := errors.AsType[toml.ParseError](err); ok {
			return nil, fail(parse.Position.Line+1, errors.New(parse.Message), "")
		}
		line, text, ok := tomlerr.Type(err)
		if ok {
			line++ // the line of +++
		}
		return nil, fail(line, errors.New(text), "")
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		name := unknown[0].String()
		return nil, fail(lineOfKey(front, unknown[0])+1, fmt.Errorf("unknown key %q", name), didYouMean(name))
	}
	if !slices.Contains([]string{"", "text", "structured", ModeSections}, h.Mode) {
		return nil, fail(lineOfKey(front, toml.Key{"mode"})+1, fmt.Errorf("mode is %q; it must be \"text\", \"structured\", or \"sections\"", h.Mode), `mode = "text"`)
	}
	if err := reply.Validate(&h.Contract); err != nil {
		if fault, ok := errors.AsType[*reply.ContractError](err); ok {
			return nil, fail(lineOfFault(front, fault)+1, fmt.Errorf("contract: %w", err), fault.Hint)
		}
		return nil, fail(0, fmt.Errorf("contract: %w", err), "")
	}
	p := &Prompt{
		Name: name, Source: source, Description: h.Description, Mode: h.Mode,
		Required: h.Required, Vars: map[string]string{}, Contract: &h.Contract,
		optional: h.Optional, text: string(text),
	}
	for k, v := range h.Vars {
		p.Vars[k] = fmt.Sprint(v)
	}
	if p.tmpl, err = parseTemplate(source, body, at, p.Contract); err != nil {
		return nil, err
	}
	if err := p.readSections(&h, meta, front); err != nil {
		return nil, err
	}
	p.folded = newRenderer(p.tmpl)
	if err := p.findVariables(at); err != nil {
		return nil, err
	}
	if err := p.checkRules(front); err != nil {
		return nil, err
	}
	if err := p.finishSections(); err != nil {
		return nil, err
	}
	p.Contract.Echo = p.staticLines()
	return p, nil
}

// normal returns a file's text with line ends of one byte and no mark of its
// encoding.
func normal(text []byte) string {
	return string(bytes.ReplaceAll(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("\r\n"), []byte("\n")))
}

// split takes a file apart: front matter, template, and the line at which the
// template begins.
func split(text string) (front, body string, at int, err error) {
	first, rest, _ := strings.Cut(text, "\n")
	if strings.TrimRight(first, " \t") != fence {
		return "", "", 0, fmt.Errorf("no front matter: the first line is %q", clip(first))
	}
	at = 2
	for {
		line, more, ok := strings.Cut(rest, "\n")
		at++
		if strings.TrimRight(line, " \t") == fence {
			return front, more, at, nil
		}
		if !ok {
			return "", "", 0, errors.New("the front matter has no closing line +++")
		}
		front += line + "\n"
		rest = more
	}
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "..."
	}
	return s
}

// templateLine matches the line that text/template names in an error.
var templateLine = regexp.MustCompile(`^template: [^:]*:(\d+)(?::\d+)?: (?:executing [^ ]* at )?`)

// parseTemplate parses the body; lines in errors count in the whole file.
func parseTemplate(source, body string, at int, c *contract.Contract) (*template.Template, error) {
	t, err := template.New("user").Option("missingkey=error").Funcs(functions(c)).Parse(body)
	if err == nil {
		return t, nil
	}
	return nil, templateError(source, err, at)
}

func templateError(source string, err error, at int) *Error {
	text, line := err.Error(), 0
	if m := templateLine.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1])
		line, text = n+at-1, strings.TrimPrefix(text, m[0])
	}
	return &Error{File: source, Line: line, Err: errors.New(text), hint: "literal braces are written {{\"{{\"}} in a template"}
}

// lineOfKey finds the line of a key in the front matter, from 1.
func lineOfKey(front string, key toml.Key) int {
	last := key[len(key)-1]
	for i, line := range strings.Split(front, "\n") {
		name, _, _ := strings.Cut(line, "=")
		if strings.Trim(name, " \t[]\"'") == last || strings.HasSuffix(strings.Trim(name, " \t[]"), "."+last) {
			return i + 1
		}
	}
	return 0
}

var knownKeys = []string{
	"description", "mode", "required", "optional", "vars", "contract", "sections", "sections.min", "sections.max", "sections.words", "sections.tolerance", "contract.language", "contract.fields", "contract.body", "contract.end",
	"contract.fields.key", "contract.fields.label", "contract.fields.aliases", "contract.fields.kind",
	"contract.fields.optional", "contract.fields.min", "contract.fields.max", "contract.fields.one_of",
	"contract.fields.unknown", "contract.fields.placeholders", "contract.body.label", "contract.body.min_words",
	"contract.body.max_words", "contract.body.min_headings", "contract.body.forbid", "contract.body.require", "contract.body.allow_echo",
	"contract.body.urls", "contract.body.unknown_urls", "contract.body.code",
}

func didYouMean(key string) string {
	if ask := near.DidYouMean(key, knownKeys); ask != "" {
		return ask
	}
	return "known keys: " + strings.Join(knownKeys[:6], ", ")
}
