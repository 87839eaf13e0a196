package stick

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"

	oci "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/regular"
	"github.com/nightpress/nightpress/internal/sign"
)

// Model is a model of a package.
type Model struct {
	ollama.StoredModel
	// Identity is what the package says; Check compares it.
	Identity string
}

// File is a file of the work, such as "prompts/blog-post.md".
type File struct {
	Path, Digest string
	Size         int64
}

// Reader is a package that is read. What it lists was read from the index and its
// manifests, whose digests were compared. Nothing else was read before Check.
type Reader struct {
	Models   []Model
	Files    []File
	Contents Contents
	// Posts is the archive of the posts, nil without one.
	Posts *File

	dir   string
	root  *os.Root
	index []byte
}

// Open opens a package and reads its lists. The caller closes it.
func Open(dir string) (_ *Reader, err error) {
	root, err := regular.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	r := &Reader{dir: dir, root: root}
	if err := r.read(); err != nil {
		return nil, errors.Join(fmt.Errorf("package %s: %w", dir, err), root.Close())
	}
	return r, nil
}

// Close closes the folder.
func (r *Reader) Close() error { return r.root.Close() }

func (r *Reader) read() (err error) {
	if r.index, err = r.text(indexFile, maxIndex); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return hint.Wrap(errors.New("it has no index.json: it is no package, or packing was interrupted"), "write one, or continue: nightpress pack -m MODELS --to FOLDER")
		}
		return err
	}
	var index oci.Index
	if err := json.Unmarshal(r.index, &index); err != nil {
		return fmt.Errorf("index.json cannot be read: %w", err)
	}
	if len(index.Manifests) > maxEntries {
		return fmt.Errorf("index.json lists %d manifests, more than %d", len(index.Manifests), maxEntries)
	}
	works := 0
	for _, d := range index.Manifests {
		text, err := r.manifest(d)
		if err != nil {
			return err
		}
		if d.ArtifactType == WorkType {
			works++
			err = r.work(text)
		} else {
			err = r.model(d, text)
		}
		if err != nil {
			return err
		}
	}
	if works != 1 {
		return fmt.Errorf("it is not a package of nightpress: index.json lists %d manifests of the type %s", works, WorkType)
	}
	return nil
}

// manifest returns a small blob, up to 4 MiB, after it compared its digest.
func (r *Reader) manifest(d oci.Descriptor) ([]byte, error) {
	sum := string(d.Digest)
	if !ollama.ValidDigest(sum) || d.Size < 0 || d.Size > maxIndex {
		return nil, fmt.Errorf("it lists %.80q with %d bytes", sum, d.Size)
	}
	text, err := r.text(blobPath(sum), maxIndex)
	if err != nil {
		return nil, err
	}
	h := sha256.Sum256(text)
	if int64(len(text)) != d.Size || "sha256:"+hex.EncodeToString(h[:]) != sum {
		return nil, fmt.Errorf("%s is not what its name says", blobPath(sum))
	}
	return text, nil
}

func (r *Reader) text(name string, limit int64) ([]byte, error) {
	f, err := regular.OpenBelow(r.root, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%s is longer than %d bytes", name, limit)
	}
	return text, err
}

func (r *Reader) model(d oci.Descriptor, text []byte) error {
	name, identity := d.Annotations[oci.AnnotationRefName], d.Annotations[identityKey]
	m, err := ollama.ReadManifest(name, text)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(r.Models, func(other Model) bool { return ollama.SameName(other.Name, name) }) {
		return fmt.Errorf("it lists %s twice", name)
	}
	r.Models = append(r.Models, Model{*m, identity})
	return nil
}

func (r *Reader) work(text []byte) error {
	var m oci.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("the manifest of the work cannot be read: %w", err)
	}
	config, err := r.manifest(m.Config)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(config, &r.Contents); err != nil {
		return fmt.Errorf("its contents cannot be read: %w", err)
	}
	if r.Contents.Version != 1 {
		return hint.Wrap(fmt.Errorf("it was written by another version of nightpress (package version %d, this one reads 1)", r.Contents.Version), "use the nightpress in its folder "+ProgramFolder)
	}
	if len(m.Layers) > maxEntries || len(r.Contents.Program) > maxEntries {
		return fmt.Errorf("it lists more than %d files", maxEntries)
	}
	seen := map[string]bool{}
	for _, l := range m.Layers {
		f := File{l.Annotations[oci.AnnotationTitle], string(l.Digest), l.Size}
		if !ollama.ValidDigest(f.Digest) || f.Size < 0 {
			return fmt.Errorf("it lists %.80q with %d bytes", f.Digest, f.Size)
		}
		switch {
		case l.MediaType == postsType && r.Posts == nil:
			r.Posts = &f
		case l.MediaType == fileType:
			if !SafePath(f.Path) || seen[f.Path] || f.Size > maxText {
				return fmt.Errorf("it lists a file %.80q of %d bytes, which is unsafe, too long, or there twice", f.Path, f.Size)
			}
			seen[f.Path] = true
			r.Files = append(r.Files, f)
		case l.MediaType != oci.MediaTypeEmptyJSON:
			return fmt.Errorf("it lists something of the type %.80q, which this nightpress does not know", l.MediaType)
		}
	}
	for _, p := range r.Contents.Program {
		if !SafePath(p.Path) || !ollama.ValidDigest(p.Digest) || p.Size < 0 {
			return fmt.Errorf("it lists an archive %.80q, which is unsafe", p.Path)
		}
	}
	return nil
}

// Signed returns who signed the package. Without a signature, it is nil, and an error if
// trusted is set.
func (r *Reader) Signed(trusted *sign.Trusted, now time.Time) (*sign.Signer, error) {
	text, err := r.text(signatureFile, maxIndex)
	if errors.Is(err, fs.ErrNotExist) {
		if trusted != nil {
			return nil, hint.Wrap(fmt.Errorf("package %s is not signed", r.dir), "sign it where it was packed: nightpress pack ... --key KEY")
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sig, err := sign.Unarmor(text)
	if err != nil {
		return nil, fmt.Errorf("package %s: %s: %w", r.dir, signatureFile, err)
	}
	by, err := sign.Check(bytes.NewReader(r.index), sig, trusted, now)
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", r.dir, err)
	}
	return &by, nil
}

// leftOut reports whether the package says that the other side has a blob.
func (r *Reader) leftOut(sum string) bool { return slices.Contains(r.Contents.LeftOut, sum) }

// LacksOf are the blobs of models that the package leaves out, each once.
func (r *Reader) LacksOf(models []Model) (all []ollama.Blob) {
	seen := map[string]bool{}
	for _, m := range models {
		for _, b := range m.Blobs {
			if _, err := r.root.Lstat(blobPath(b.Digest)); errors.Is(err, fs.ErrNotExist) && r.leftOut(b.Digest) && !seen[b.Digest] {
				seen[b.Digest] = true
				all = append(all, b)
			}
		}
	}
	return all
}

// Check reads every file of the package and compares its digest, and each model's identity
// with its files. It yields what is wrong by calling bad. say is told what is read.
func (r *Reader) Check(ctx context.Context, say func(what string, size int64), bad func(what string, err error)) error {
	checked := map[string]bool{}
	one := func(what, name, sum string, size int64) error {
		if checked[name] {
			return nil
		}
		checked[name] = true
		say(what, size)
		err := r.compare(ctx, name, sum, size)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, fs.ErrNotExist) && r.leftOut(sum) {
			return nil
		}
		if err != nil {
			bad(what, err)
		}
		return nil
	}
	for _, m := range r.Models {
		for _, b := range m.Blobs {
			if err := one(m.Name, blobPath(b.Digest), b.Digest, b.Size); err != nil {
				return err
			}
		}
		if err := r.sameIdentity(m); err != nil {
			bad(m.Name, err)
		}
	}
	files := r.Files
	if r.Posts != nil {
		files = append(slices.Clone(files), *r.Posts)
	}
	for _, f := range files {
		if err := one(f.Path, blobPath(f.Digest), f.Digest, f.Size); err != nil {
			return err
		}
	}
	for _, p := range r.Contents.Program {
		name := path.Join(ProgramFolder, p.Path)
		if err := one(name, name, p.Digest, p.Size); err != nil {
			return err
		}
	}
	return nil
}

// sameIdentity compares a model's identity with its files, as far as they are there.
func (r *Reader) sameIdentity(m Model) error {
	found, err := m.StoredModel.Identity(func(sum string) (io.ReadCloser, error) { return r.open(sum) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it is named already, or left out
	}
	if err == nil && found != m.Identity {
		err = fmt.Errorf("its files give the identity %.12s, and the index says %.12s", found, m.Identity)
	}
	return err
}

func (r *Reader) open(sum string) (*os.File, error) {
	return regular.OpenBelow(r.root, blobPath(sum))
}

func (r *Reader) compare(ctx context.Context, name, sum string, size int64) error {
	f, err := regular.OpenBelow(r.root, name)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(reader{ctx, f}, size+1))
	if err != nil {
		return err
	}
	if n != size {
		return fmt.Errorf("%s has another size than %d bytes", name, size)
	}
	if "sha256:"+hex.EncodeToString(h.Sum(nil)) != sum {
		return fmt.Errorf("%s is damaged or was changed: its SHA-256 is another one", name)
	}
	return nil
}

// Blob opens a blob. Whoever takes it compares its digest, because the stick may have
// changed since Check.
func (r *Reader) Blob(sum string) (*os.File, error) { return r.open(sum) }

// Text returns a file of the work after it compared its digest again.
func (r *Reader) Text(f File) ([]byte, error) {
	text, err := r.text(blobPath(f.Digest), maxText)
	if err != nil {
		return nil, err
	}
	h := sha256.Sum256(text)
	if "sha256:"+hex.EncodeToString(h[:]) != f.Digest {
		return nil, fmt.Errorf("%s changed since it was checked", f.Path)
	}
	return text, nil
}
