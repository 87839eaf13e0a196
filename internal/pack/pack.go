package pack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/near"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/regular"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/sign"
	"github.com/nightpress/nightpress/internal/stick"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// Request is what is packed, and where.
type Request struct {
	// To is the folder of the package.
	To string
	// Models are names and patterns. Files are models.toml, prompts, and topics by the
	// names that they have in the package.
	Models []string
	Files  []NamedFile
	// ModelsDir names the server's folder of models; "" is the usual one.
	ModelsDir string
	// Posts is the folder of posts that travels, "" for none. Program is a folder with a
	// release's archives, "" for none.
	Posts, Program string
	// Since is an inventory of the other side, "" for none.
	Since string
	// Key signs the package; "" leaves it unsigned.
	Key     string
	Version string
	Now     time.Time
	Getenv  func(string) string
}

// NamedFile is a file on disk, and its name in a package.
type NamedFile struct{ Name, Path string }

// Work are the files that a run reads: the configuration, the prompts beside it, and topics
// files. Missing ones are left out, but for topics.
func Work(config string, topics []string) (all []NamedFile, err error) {
	if _, err := os.Stat(config); err == nil {
		all = append(all, NamedFile{settings.DefaultPath, config})
	}
	dir := filepath.Join(filepath.Dir(config), "prompts")
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".md") && e.Type().IsRegular() {
			all = append(all, NamedFile{path.Join("prompts", e.Name()), filepath.Join(dir, e.Name())})
		}
	}
	for _, t := range topics {
		all = append(all, NamedFile{filepath.Base(t), t})
	}
	return all, nil
}

// packing is a Pack in progress.
type packing struct {
	Request
	key    *sign.Key
	store  *ollama.Store
	models []stick.Model
	// there are the blobs that the other side has.
	there   map[string]bool
	program []stick.Plain
	to      printer.Printer
}

// Pack writes a package. What it wrote before an interruption is used again.
func Pack(ctx context.Context, req Request, to printer.Printer) (err error) {
	p := &packing{Request: req, there: map[string]bool{}, to: to}
	if err := p.prepare(ctx); err != nil {
		return err
	}
	w, err := stick.NewWriter(req.To, stick.Contents{Version: 1, Nightpress: req.Version, Time: req.Now.UTC().Format(time.RFC3339), LeftOut: p.leftOut()})
	if err != nil {
		return p.explain(err)
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if err := p.report(ctx, w); err != nil {
		return err
	}
	if err := p.write(ctx, w); err != nil {
		return p.explain(err)
	}
	done := Packed{Event: "packed", To: req.To, Models: len(p.models), Files: len(p.Files) + len(p.program), Posts: req.Posts}
	if p.key != nil {
		done.Key = p.key.Fingerprint()
	}
	return to.Print(done)
}

func (p *packing) prepare(ctx context.Context) (err error) {
	if p.Key != "" {
		if p.key, err = sign.ReadKey(p.Key); err != nil {
			return exit.Usage(err)
		}
	}
	if p.Since != "" {
		have, err := ReadInventory(p.Since)
		if err != nil {
			return exit.Usage(err)
		}
		for _, b := range have.Blobs {
			p.there[b] = true
		}
	}
	if err := p.choose(); err != nil {
		return err
	}
	if p.Program != "" {
		if err := p.archives(ctx); err != nil {
			return err
		}
	}
	if len(p.models)+len(p.Files)+len(p.program) == 0 && p.Posts == "" {
		return exit.Usage(hint.Wrap(errors.New("nothing was named to pack"), "nightpress pack -m llama3.2 --to FOLDER"))
	}
	return nil
}

// choose finds the models that were named, and their identities.
func (p *packing) choose() (err error) {
	if len(p.Models) == 0 {
		return nil
	}
	if p.store, err = ollama.StoreFolder(p.ModelsDir, p.Getenv); err != nil {
		return exit.Usage(err)
	}
	all, bad, err := p.store.Models()
	if err != nil {
		return fmt.Errorf("read the models: %w", err)
	}
	for _, err := range bad {
		p.to.Note("%v", err)
	}
	chosen := map[string]bool{}
	for _, wanted := range p.Models {
		if err := p.match(wanted, all, chosen); err != nil {
			return err
		}
	}
	return nil
}

// match adds the models that a name or a pattern stands for.
func (p *packing) match(wanted string, all []ollama.StoredModel, chosen map[string]bool) error {
	pattern := settings.IsPattern(wanted)
	found, remote := false, false
	var names []string
	for _, m := range all {
		names = append(names, strings.TrimSuffix(m.Name, ":latest"))
		if pattern && !preflight.Matches(wanted, m.Name) || !pattern && !ollama.SameName(wanted, m.Name) {
			continue
		}
		identity, err := m.Identity(p.store.Opener())
		switch {
		case errors.Is(err, ollama.ErrRemote) && pattern:
			p.to.Note("-m %s leaves out %s: %v", wanted, m.Name, err)
			remote = true
			continue
		case err != nil:
			return fmt.Errorf("model %s: %w", m.Name, err)
		}
		found = true
		if !chosen[m.Name] {
			chosen[m.Name] = true
			p.models = append(p.models, stick.Model{StoredModel: m, Identity: identity})
		}
	}
	if found || remote {
		return nil
	}
	err := fmt.Errorf("%s has no model %s", p.store.Dir(), wanted)
	if ask := near.DidYouMean(wanted, names); ask != "" {
		return exit.Usage(hint.Wrap(err, ask))
	}
	return exit.Usage(hint.Wrap(err, "ollama list; or name another folder: --models-dir FOLDER"))
}

// archives hashes the files of the folder with a release.
func (p *packing) archives(ctx context.Context) error {
	entries, err := os.ReadDir(p.Program)
	if err != nil {
		return exit.Usage(fmt.Errorf("--program: %w", err))
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		sum, size, err := hashFile(ctx, filepath.Join(p.Program, e.Name()))
		if err != nil {
			return err
		}
		p.program = append(p.program, stick.Plain{Path: e.Name(), Digest: sum, Size: size})
	}
	if len(p.program) == 0 {
		return exit.Usage(fmt.Errorf("--program: %s has no file", p.Program))
	}
	return nil
}

// leftOut are the blobs that do not travel, because the other side has them.
func (p *packing) leftOut() (all []string) {
	seen := map[string]bool{}
	for _, m := range p.models {
		for _, b := range m.Blobs {
			if p.there[b.Digest] && !seen[b.Digest] {
				seen[b.Digest] = true
				all = append(all, b.Digest)
			}
		}
	}
	return all
}

// report prints what will be written, and refuses what does not fit.
func (p *packing) report(ctx context.Context, w *stick.Writer) error {
	r := Plan{Event: "pack", To: p.To, Free: -1}
	seen := map[string]bool{}
	for _, m := range p.models {
		one := PlannedModel{Name: m.Name, Identity: m.Identity, Bytes: m.Bytes()}
		for _, b := range m.Blobs {
			switch {
			case seen[b.Digest]:
			case p.there[b.Digest]:
				one.Left += b.Size
			case w.Holds(b.Digest, b.Size):
				r.Already += b.Size
			default:
				one.Write += b.Size
			}
			seen[b.Digest] = true
		}
		r.Write += one.Write
		r.Models = append(r.Models, one)
	}
	for _, f := range p.program {
		r.Write += f.Size
	}
	if free, ok := output.FreeIn(p.To); ok {
		r.Free = free
	}
	if err := p.to.Print(r); err != nil {
		return err
	}
	if r.Free >= 0 && r.Write > r.Free {
		return hint.Wrap(fmt.Errorf("%s has too little space: %s to write, %s free", p.To, output.Bytes(r.Write), output.Bytes(r.Free)),
			"use a larger stick, name fewer models, or leave out what the other side has: --since INVENTORY")
	}
	return ctx.Err()
}

func (p *packing) write(ctx context.Context, w *stick.Writer) error {
	for _, m := range p.models {
		for _, b := range m.Blobs {
			if p.there[b.Digest] {
				continue
			}
			if err := w.Blob(ctx, b.Digest, b.Size, func() (io.ReadCloser, error) { return p.store.Open(b.Digest) }); err != nil {
				return fmt.Errorf("model %s: %w", m.Name, err)
			}
		}
		if err := w.Model(ctx, m.StoredModel, m.Identity); err != nil {
			return err
		}
		p.to.Note("packed %s", m.Name)
	}
	for _, f := range p.Files {
		text, err := regular.Read(f.Path, maxText)
		if err != nil {
			return exit.Usage(err)
		}
		if err := w.File(ctx, f.Name, text); err != nil {
			return err
		}
	}
	for _, f := range p.program {
		if err := w.Program(ctx, f, func() (io.ReadCloser, error) { return regular.Open(filepath.Join(p.Program, f.Path)) }); err != nil {
			return err
		}
	}
	if p.Posts != "" {
		var c output.Carried
		err := w.Posts(ctx, func(to io.Writer) (err error) { c, err = output.Carry(ctx, p.Posts, to); return err })
		if err != nil {
			return err
		}
		p.to.Note("packed %s of %s and the ledger", term.Count(c.Files, "file"), p.Posts)
	}
	return w.Finish(ctx, p.key)
}

// maxText bounds a file such as models.toml, in bytes.
const maxText = 64 << 20

// explain says what can be done about a stick.
func (p *packing) explain(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case tooLarge(err):
		return hint.Wrap(fmt.Errorf("write to %s: %w", p.To, err), "its file system takes no file of 4 GiB or more (FAT32): format the stick as exFAT")
	case output.IsDiskError(err):
		return hint.Wrap(fmt.Errorf("write to %s: %w", p.To, err), "free space there and run the same command again: it continues")
	}
	return err
}

// Plan is what Pack will write. Its JSON names are promised.
type Plan struct {
	Event string `json:"event"`
	To    string `json:"to"`
	// Write is how many bytes have to be written for models and the program, Already how
	// many are there from before, and Free how many are free; -1 if that is not known.
	Write   int64          `json:"write"`
	Already int64          `json:"already"`
	Free    int64          `json:"free"`
	Models  []PlannedModel `json:"models"`
}

// PlannedModel is a model that will be packed. Its sizes are in bytes: of all its files, of
// those that have to be written, and of those that the other side has.
type PlannedModel struct {
	Name     string `json:"name"`
	Identity string `json:"identity"`
	Bytes    int64  `json:"bytes"`
	Write    int64  `json:"write"`
	Left     int64  `json:"left_out"`
}

// Text writes a line for each model, and the sum.
func (r Plan) Text(p *printer.Page) {
	for _, m := range r.Models {
		extra := ""
		if m.Left > 0 {
			extra = fmt.Sprintf(", %s left out, because the other side has it", output.Bytes(m.Left))
		}
		p.Notef("%s (%.12s): %s, %s to write%s", m.Name, m.Identity, output.Bytes(m.Bytes), output.Bytes(m.Write), extra)
	}
	free := "unknown"
	if r.Free >= 0 {
		free = output.Bytes(r.Free)
	}
	p.Notef("%s to write to %s (%s there already), %s free", output.Bytes(r.Write), r.To, output.Bytes(r.Already), free)
}

// Packed counts what was packed. Its JSON names are promised.
type Packed struct {
	Event  string `json:"event"`
	To     string `json:"to"`
	Models int    `json:"models"`
	Files  int    `json:"files"`
	Posts  string `json:"posts,omitempty"`
	Key    string `json:"key,omitempty"`
}

// Text writes the folder, and the counts, which were not asked for.
func (d Packed) Text(p *printer.Page) {
	p.Linef("%s", d.To)
	by := "not signed (--key KEY signs it)"
	if d.Key != "" {
		by = "signed with key " + d.Key
	}
	p.Notef("packed %s and %s; %s", term.Count(d.Models, "model"), term.Count(d.Files, "file"), by)
}

// Inventory is what a server has, so that the other side need not send it again. Its JSON
// names are stored and never change.
type Inventory struct {
	Version int      `json:"version"`
	Blobs   []string `json:"blobs"`
}

// ReadInventory reads an inventory that "unpack --inventory" wrote.
func ReadInventory(file string) (*Inventory, error) {
	text, err := regular.Read(file, maxText)
	if err != nil {
		return nil, err
	}
	var have Inventory
	if err := json.Unmarshal(text, &have); err != nil || have.Version != 1 {
		return nil, hint.Wrap(fmt.Errorf("%s is not an inventory", file), "write one on the other side: nightpress unpack FOLDER --inventory FILE")
	}
	return &have, nil
}
