package pack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/regular"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/internal/sign"
	"github.com/nightpress/nightpress/internal/stick"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// Unpacking is what is taken from a package, and where it goes.
type Unpacking struct {
	// From is the folder of the package.
	From string
	// Models are names and patterns; none stands for all. As are new names, each
	// "OLD=NEW", or "NEW" if there is one model.
	Models, As []string
	// List prints what is in the package. Verify reads all of it. Both change nothing.
	List, Verify bool
	// Inventory is a file to write about the server; then nothing else is done.
	Inventory string
	// To is the folder for models.toml, prompts, and topics, and Posts the one for posts;
	// "" leaves them.
	To, Posts string
	// Overwrite lets files with another content be replaced.
	Overwrite bool
	// Keys is a .pub file or an allowed-signers file, "" if nobody says whose keys count.
	Keys string
	// Command is this command line: another one names it while this one holds the posts.
	Command string
	// Server connects to the server. It is called once something of it is needed.
	Server func() (*ollama.Client, error)
	Now    time.Time
}

// Unpack takes a package. Nothing of it is sent or written before its signature and every
// checksum in it were compared.
func Unpack(ctx context.Context, req Unpacking, to printer.Printer) (err error) {
	var trusted *sign.Trusted
	if req.Keys != "" {
		if trusted, err = sign.ReadTrusted(req.Keys); err != nil {
			return exit.Usage(err)
		}
	}
	r, err := stick.Open(req.From)
	if err != nil {
		return exit.Usage(err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	by, err := r.Signed(trusted, req.Now)
	if err != nil {
		return err
	}
	u := &unpacking{Unpacking: req, from: r, to: to}
	if err := u.choose(); err != nil {
		return err
	}
	if req.List {
		return to.Print(u.listing(by))
	}
	u.noteSigner(by)
	if req.Inventory != "" {
		return u.inventory(ctx)
	}
	if err := u.check(ctx); err != nil || req.Verify {
		return err
	}
	if err := u.bring(ctx); err != nil {
		return err
	}
	if err := u.files(); err != nil {
		return err
	}
	return u.posts(ctx)
}

// unpacking is an Unpack in progress.
type unpacking struct {
	Unpacking
	from *stick.Reader
	to   printer.Printer
	// models are those that were chosen, and names what each will be called.
	models []stick.Model
	names  map[string]string
}

func (u *unpacking) noteSigner(by *sign.Signer) {
	switch {
	case by == nil:
		u.to.Note("the package is not signed: nothing says who packed it")
	case by.Trusted:
		u.to.Note("signed by %s, which %s lists", by, u.Keys)
	default:
		u.to.Note("signed with %s; nobody said whose keys count: --key FILE names a .pub file or a list of allowed signers", by)
	}
}

// choose finds the models that were named, and their new names.
func (u *unpacking) choose() error {
	u.models, u.names = u.from.Models, map[string]string{}
	if len(u.Models) > 0 {
		u.models = nil
		for _, wanted := range u.Models {
			found := false
			for _, m := range u.from.Models {
				if settings.IsPattern(wanted) && preflight.Matches(wanted, m.Name) || ollama.SameName(wanted, m.Name) {
					found = true
					if !slices.ContainsFunc(u.models, func(o stick.Model) bool { return o.Name == m.Name }) {
						u.models = append(u.models, m)
					}
				}
			}
			if !found {
				return exit.Usage(fmt.Errorf("the package has no model %s", wanted), "nightpress unpack "+shell.Quote(u.From)+" --list")
			}
		}
	}
	for _, m := range u.models {
		u.names[m.Name] = m.Name
	}
	for _, as := range u.As {
		old, name, both := strings.Cut(as, "=")
		if !both {
			if len(u.models) != 1 {
				return exit.Usage(fmt.Errorf("--as %s does not say which of the %s gets the name", as, term.Count(len(u.models), "model")), "--as OLD=NEW")
			}
			old, name = u.models[0].Name, as
		}
		at := slices.IndexFunc(u.models, func(m stick.Model) bool { return ollama.SameName(m.Name, old) })
		if at < 0 || !ollama.ValidName(name) {
			return exit.Usage(fmt.Errorf("--as %s: the package has no such model, or no server takes such a name", as), "--as OLD=NEW")
		}
		u.names[u.models[at].Name] = name
	}
	return nil
}

// check reads the whole package.
func (u *unpacking) check(ctx context.Context) error {
	wrong := 0
	var size int64
	err := u.from.Check(ctx, func(what string, n int64) { size += n }, func(what string, err error) {
		wrong++
		u.to.Note("%s: %v", what, err)
	})
	if err != nil {
		return err
	}
	if wrong > 0 {
		return hint.Wrap(fmt.Errorf("the package is damaged: %s; nothing was sent or written", term.Count(wrong, "fault")), "pack it again onto the same stick: what is whole there is kept")
	}
	u.to.Note("checked %s of the package", output.Bytes(size))
	return nil
}

// bring brings the models into the server.
func (u *unpacking) bring(ctx context.Context) error {
	if len(u.models) == 0 {
		return nil
	}
	c, err := u.Server()
	if err != nil {
		return err
	}
	todo, err := u.compare(ctx, c)
	if err != nil || len(todo) == 0 {
		return err
	}
	for _, b := range u.from.LacksOf(todo) {
		there, err := c.HasBlob(ctx, b.Digest)
		if err != nil {
			return err
		}
		if !there {
			return hint.Wrap(fmt.Errorf("the package leaves out %s, and the server does not have it", b.Digest), "pack again with a new inventory: nightpress unpack "+shell.Quote(u.From)+" --inventory FILE")
		}
	}
	if err := c.Leftovers(ctx); err != nil {
		return err
	}
	for _, m := range todo {
		if err := u.one(ctx, c, m); err != nil {
			return fmt.Errorf("model %s: %w", m.Name, err)
		}
	}
	return nil
}

// compare returns the models that the server lacks. A name that another model has is an
// error, before anything is sent.
func (u *unpacking) compare(ctx context.Context, c *ollama.Client) (todo []stick.Model, err error) {
	for _, m := range u.models {
		name := u.names[m.Name]
		identity, there, err := c.Identified(ctx, name)
		switch {
		case err != nil:
			return nil, err
		case !there:
			todo = append(todo, m)
		case identity == m.Identity:
			if err := u.to.Print(Brought{"model", m.Name, name, identity, true}); err != nil {
				return nil, err
			}
		default:
			return nil, exit.Usage(hint.Wrapf(fmt.Errorf("the server has another model by the name %s (%.12s, the package has %.12s); nothing was sent", name, identity, m.Identity),
				"give the carried one another name: --as %s=NEW", shell.Quote(m.Name)))
		}
	}
	return todo, nil
}

// one sends a model's files, has the server register it, and compares its identity.
func (u *unpacking) one(ctx context.Context, c *ollama.Client, m stick.Model) error {
	for _, b := range m.Blobs {
		there, err := c.HasBlob(ctx, b.Digest)
		if err != nil {
			return err
		}
		if there {
			continue
		}
		if err := u.send(ctx, c, b); err != nil {
			return err
		}
	}
	name := u.names[m.Name]
	if err := c.Adopt(ctx, &m.StoredModel, name); err != nil {
		return err
	}
	identity, there, err := c.Identified(ctx, name)
	if err != nil {
		return err
	}
	if !there || identity != m.Identity {
		return fmt.Errorf("the server has it with the identity %.12s, and the package says %.12s", identity, m.Identity)
	}
	return u.to.Print(Brought{"model", m.Name, name, identity, false})
}

func (u *unpacking) send(ctx context.Context, c *ollama.Client, b ollama.Blob) error {
	f, err := u.from.Blob(b.Digest)
	if err != nil {
		return err
	}
	defer f.Close()
	return c.PutBlob(ctx, b.Digest, b.Size, io.LimitReader(f, b.Size))
}

// Brought is a model that the server has. Its JSON names are promised.
type Brought struct {
	Event    string `json:"event"`
	Model    string `json:"model"`
	Name     string `json:"name"`
	Identity string `json:"identity"`
	// Before is set if the server had it before.
	Before bool `json:"before"`
}

// Text writes the model as a line.
func (b Brought) Text(p *printer.Page) {
	had := "brought"
	if b.Before {
		had = "there already"
	}
	p.Linef("%s  %.12s  %s", b.Name, b.Identity, had)
}

// files writes models.toml, prompts, and topics.
func (u *unpacking) files() error {
	if u.To == "" {
		if n := len(u.from.Files); n > 0 {
			u.to.Note("%s in the package stay there; --to FOLDER takes them", term.Count(n, "file"))
		}
		return nil
	}
	texts, err := u.differing()
	if err != nil {
		return err
	}
	for i, f := range u.from.Files {
		if texts[i] == nil {
			continue
		}
		path := filepath.Join(u.To, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := write(path, texts[i]); err != nil {
			return err
		}
		if err := u.to.Print(Written{"file", path}); err != nil {
			return err
		}
		if commands(f.Path, texts[i]) {
			u.to.Note("%s names commands that a run executes (on_finish, on_event, or while): read it before you use it", path)
		}
	}
	return nil
}

// differing returns the texts of the files that have to be written, nil for the others. A
// file that is there with another content is an error, unless it may be replaced.
func (u *unpacking) differing() (texts [][]byte, err error) {
	wrong := &output.DifferingError{Dir: u.To}
	for _, f := range u.from.Files {
		text, err := u.from.Text(f)
		if err != nil {
			return nil, err
		}
		have, err := regular.Read(filepath.Join(u.To, filepath.FromSlash(f.Path)), maxText)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case string(have) == string(text):
			text = nil
		default:
			wrong.N++
			wrong.Paths = append(wrong.Paths, f.Path)
		}
		texts = append(texts, text)
	}
	if wrong.N > 0 && !u.Overwrite {
		return nil, exit.Usage(wrong)
	}
	return texts, nil
}

func write(path string, text []byte) error {
	f, err := regular.Replace(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Commit()
}

// commands reports whether a configuration may run commands.
func commands(name string, text []byte) bool {
	return strings.HasSuffix(name, ".toml") && (strings.Contains(string(text), "on_finish") || strings.Contains(string(text), "on_event") || strings.Contains(string(text), "while"))
}

// Written is a file that was written. Its JSON names are promised.
type Written struct {
	Event string `json:"event"`
	Path  string `json:"path"`
}

// Text writes the path.
func (w Written) Text(p *printer.Page) { p.Linef("%s", w.Path) }

// posts writes the posts and their ledger.
func (u *unpacking) posts(ctx context.Context) error {
	switch {
	case u.from.Posts == nil && u.Posts != "":
		return exit.Usage(errors.New("the package has no posts"), "pack them: nightpress pack --posts --to FOLDER")
	case u.from.Posts == nil:
		return nil
	case u.Posts == "":
		u.to.Note("the posts in the package stay there; --posts FOLDER takes them")
		return nil
	}
	f, err := u.from.Blob(u.from.Posts.Digest)
	if err != nil {
		return err
	}
	defer f.Close()
	c, err := output.Restore(ctx, u.Posts, u.Command, f, u.from.Posts.Size, u.Overwrite, stick.SafePath)
	if differing, ok := errors.AsType[*output.DifferingError](err); ok {
		return exit.Usage(differing)
	}
	if err != nil {
		return err
	}
	u.to.Note("%s: %s, %d written", u.Posts, term.Count(c.Files, "file"), c.Written)
	return u.to.Print(Written{"posts", u.Posts})
}

// inventory writes which files the server has: those of the package, and the weights of
// all its models.
func (u *unpacking) inventory(ctx context.Context) error {
	c, err := u.Server()
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, m := range u.from.Models {
		for _, b := range m.Blobs {
			if have[b.Digest], err = c.HasBlob(ctx, b.Digest); err != nil {
				return err
			}
		}
	}
	all, err := c.List(ctx)
	if err != nil {
		return err
	}
	for _, l := range all {
		if !l.Local() {
			continue
		}
		weights, err := c.Weights(ctx, l.Name)
		if err != nil {
			return err
		}
		for _, w := range weights {
			have[w] = true
		}
	}
	list := Inventory{Version: 1, Blobs: []string{}}
	for sum, yes := range have {
		if yes {
			list.Blobs = append(list.Blobs, sum)
		}
	}
	slices.Sort(list.Blobs)
	text, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	if err := write(u.Inventory, append(text, '\n')); err != nil {
		return err
	}
	return u.to.Print(Written{"inventory", u.Inventory})
}

// Listing is what a package has. Its JSON names are promised.
type Listing struct {
	Event      string        `json:"event"`
	Nightpress string        `json:"nightpress"`
	Time       string        `json:"time"`
	Signer     *sign.Signer  `json:"signer"`
	Models     []ListedModel `json:"models"`
	Files      []string      `json:"files"`
	Program    []string      `json:"program"`
	Posts      bool          `json:"posts"`
}

// ListedModel is a model of a package. Weights are the paths of its largest files below
// the package.
type ListedModel struct {
	Name     string        `json:"name"`
	Identity string        `json:"identity"`
	Digest   string        `json:"digest"`
	Bytes    int64         `json:"bytes"`
	Blobs    []ollama.Blob `json:"blobs"`
}

func (u *unpacking) listing(by *sign.Signer) Listing {
	l := Listing{Event: "package", Nightpress: u.from.Contents.Nightpress, Time: u.from.Contents.Time, Signer: by, Models: []ListedModel{}, Files: []string{}, Program: []string{}, Posts: u.from.Posts != nil}
	for _, m := range u.models {
		l.Models = append(l.Models, ListedModel{m.Name, m.Identity, m.Digest, m.Bytes(), m.Blobs})
	}
	for _, f := range u.from.Files {
		l.Files = append(l.Files, f.Path)
	}
	for _, p := range u.from.Contents.Program {
		l.Program = append(l.Program, stick.ProgramFolder+"/"+p.Path)
	}
	return l
}

// Text writes a line for everything.
func (l Listing) Text(p *printer.Page) {
	by := "not signed"
	if l.Signer != nil {
		by = "signed by " + l.Signer.String()
	}
	p.Notef("packed by nightpress %s at %s, %s; its checksums were not compared (--verify compares them)", l.Nightpress, l.Time, by)
	for _, m := range l.Models {
		p.Linef("model    %s  %s  %s", m.Name, output.Bytes(m.Bytes), m.Identity)
		for _, b := range m.Blobs {
			p.Linef("           %s  %s  %s", strings.TrimPrefix(b.MediaType, "application/vnd.ollama.image."), output.Bytes(b.Size), b.Digest)
		}
	}
	for _, f := range l.Files {
		p.Linef("file     %s", f)
	}
	for _, f := range l.Program {
		p.Linef("program  %s", f)
	}
	if l.Posts {
		p.Linef("posts    with their ledger")
	}
}
