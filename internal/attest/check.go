package attest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/sign"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// Comparison is a folder that is compared with a statement.
type Comparison struct {
	// Posts is the folder. Its ledger is not read, and may be missing.
	Posts string
	// File is the statement, in its envelope.
	File string
	// Keys is a .pub file or an allowed-signers file; "" if nobody says whose keys
	// count.
	Keys string
	Now  time.Time
}

// The kinds of differences. The names are stable.
const (
	// changed: the post is not the one that was attested.
	changed = "changed"
	// missing: the post was attested, and the folder does not have it.
	missing = "missing"
	// added: the folder has a Markdown file that was not attested.
	added = "new"
	// blocked: something other than a readable file is at the path of a post.
	blocked = "blocked"
)

// Difference is one between a folder and a statement. Its JSON names are promised.
type Difference struct {
	Event string `json:"event"`
	Kind  string `json:"kind"`
	// Path is below the folder, with "/".
	Path string `json:"path"`
	Why  string `json:"text"`
}

// Text writes the difference as a line.
func (d Difference) Text(p *printer.Page) { p.Linef("%-10s  %s: %s", d.Kind, d.Path, d.Why) }

// Compared counts what was compared. Its JSON names are promised.
type Compared struct {
	Event       string         `json:"event"`
	Posts       int            `json:"posts"`
	Differences int            `json:"differences"`
	Kinds       map[string]int `json:"kinds"`
	Signer      sign.Signer    `json:"signer"`
	keys        string
}

// Text writes the counts and who signed, which were not asked for.
func (c Compared) Text(p *printer.Page) {
	p.Notef("%s, %s", term.Count(c.Posts, "post"), term.Count(c.Differences, "difference"))
	if c.Signer.Trusted {
		p.Notef("signed by %s, which %s lists", c.Signer, c.keys)
		return
	}
	p.Notef("signed with %s; nobody said whose keys count: --key FILE names a .pub file or a list of allowed signers", c.Signer)
}

// Check prints every difference between a folder and a statement, and how many posts it
// looked at. A difference is the error exit.Silent(exit.Incomplete). A statement whose
// signature does not count is an error, and nothing is compared.
func Check(ctx context.Context, req Comparison, to printer.Printer) (err error) {
	var trusted *sign.Trusted
	if req.Keys != "" {
		if trusted, err = sign.ReadTrusted(req.Keys); err != nil {
			return exit.Usage(err)
		}
	}
	e, err := openEnvelope(req.File)
	if err != nil {
		return exit.Usage(hint.Wrap(fmt.Errorf("attestation %s: %w", req.File, err), "write one with: nightpress attest --key KEY"))
	}
	defer func() { err = errors.Join(err, e.file.Close()) }()
	by, err := e.check(trusted, req.Now)
	if err != nil {
		return fmt.Errorf("attestation %s: %w", req.File, err)
	}
	folder, err := output.View(req.Posts)
	if err != nil {
		return exit.Usage(err)
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	c := &comparing{folder: folder, to: to, known: map[[16]byte]struct{}{}, sum: Compared{Event: "verified", Kinds: map[string]int{}, Signer: by, keys: req.Keys}}
	if err := subjects(e.payload(), func(s subject) error { return c.compare(ctx, s) }); err != nil {
		return fmt.Errorf("attestation %s: %w", req.File, err)
	}
	for name, err := range folder.Articles(ctx) {
		if err != nil {
			return err
		}
		if _, known := c.known[hash(name)]; !known {
			if err := c.say(added, name, "no post by this name was attested"); err != nil {
				return err
			}
		}
	}
	if err := to.Print(c.sum); err != nil {
		return err
	}
	if c.sum.Differences > 0 {
		return exit.Silent(exit.Incomplete)
	}
	return nil
}

// comparing is a comparison in progress.
type comparing struct {
	folder *output.Folder
	to     printer.Printer
	// known has the hashes of the names of all subjects.
	known map[[16]byte]struct{}
	sum   Compared
}

func hash(name string) [16]byte {
	s := sha256.Sum256([]byte(strings.ToLower(name)))
	return [16]byte(s[:16])
}

func (c *comparing) say(kind, name, why string) error {
	c.sum.Differences++
	c.sum.Kinds[kind]++
	return c.to.Print(Difference{"difference", kind, name, why})
}

func (c *comparing) compare(ctx context.Context, s subject) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.sum.Posts++
	c.known[hash(s.Name)] = struct{}{}
	found, exists, err := c.folder.HashFile(s.Name)
	if b, ok := errors.AsType[*output.BlockedError](err); ok {
		return c.say(blocked, s.Name, b.What)
	}
	switch {
	case err != nil:
		return err
	case !exists:
		return c.say(missing, s.Name, "the post was attested, and is not in the folder")
	case found != s.Digest["sha256"]:
		return c.say(changed, s.Name, "it is not the text that was attested")
	}
	return nil
}

// subjects reads a statement, and calls fn for each subject as it comes.
func subjects(payload io.Reader, fn func(subject) error) error {
	d := json.NewDecoder(payload)
	if err := delim(d, '{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		if seen[name] {
			return fmt.Errorf("it has %.40q twice", name)
		}
		seen[name] = true
		switch name {
		case "_type":
			err = kind(d, statementType)
		case "predicateType":
			err = kind(d, predicateType)
		case "subject":
			err = each(d, fn)
		default:
			err = skip(d)
		}
		if err != nil {
			return err
		}
	}
	if err := delim(d, '}'); err != nil {
		return err
	}
	for _, name := range []string{"_type", "predicateType", "subject"} {
		if !seen[name] {
			return fmt.Errorf("it is not an in-toto statement over posts: it has no %q", name)
		}
	}
	return nil
}

// kind reads a string that must be want.
func kind(d *json.Decoder, want string) error {
	var have string
	if err := d.Decode(&have); err != nil {
		return err
	}
	if have != want {
		return fmt.Errorf("it is of the type %.80q, not %q", have, want)
	}
	return nil
}

func delim(d *json.Decoder, want json.Delim) error {
	t, err := d.Token()
	if err != nil {
		return fmt.Errorf("it is not an in-toto statement: %w", err)
	}
	if t != want {
		return errors.New("it is not an in-toto statement")
	}
	return nil
}

func each(d *json.Decoder, fn func(subject) error) error {
	if err := delim(d, '['); err != nil {
		return err
	}
	for d.More() {
		var s subject
		if err := d.Decode(&s); err != nil {
			return fmt.Errorf("a subject cannot be read: %w", err)
		}
		if err := fn(s); err != nil {
			return err
		}
	}
	return delim(d, ']')
}

// skip passes over a value without holding it.
func skip(d *json.Decoder) error {
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}
