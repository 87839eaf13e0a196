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
	"path/filepath"
	"slices"
	"strings"

	oci "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/regular"
	"github.com/nightpress/nightpress/internal/sign"
)

// Writer writes a package. One goroutine uses it. What was written before an interruption
// stays, and is compared before it is used again. Until Finish, the package is as it was.
type Writer struct {
	dir  string
	root *os.Root
	// models and files are the entries of the index and of the manifest of the work.
	models []oci.Descriptor
	files  []oci.Descriptor
	// sums are the lines of SHA256SUMS by path.
	sums     map[string]string
	contents Contents
}

// NewWriter begins a package in a folder, which is made if it is missing. A folder with an
// index of something else is refused.
func NewWriter(dir string, contents Contents) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	root, err := regular.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	w := &Writer{dir: dir, root: root, sums: map[string]string{}, contents: contents}
	if err := w.begin(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return w, nil
}

func (w *Writer) begin() error {
	_, err := w.root.Lstat(oci.ImageLayoutFile)
	_, other := w.root.Lstat(indexFile)
	if errors.Is(err, fs.ErrNotExist) && other == nil {
		return hint.Wrap(fmt.Errorf("%s has an %s of something else", w.dir, indexFile), "name another folder, such as "+filepath.Join(w.dir, "nightpress"))
	}
	if err := w.root.MkdirAll(blobsFolder, 0o777); err != nil {
		return err
	}
	return w.replace(oci.ImageLayoutFile, []byte(`{"imageLayoutVersion":"`+oci.ImageLayoutVersion+`"}`))
}

// Close closes the folder.
func (w *Writer) Close() error { return w.root.Close() }

// replace writes a small file, whole or not at all.
func (w *Writer) replace(name string, text []byte) error {
	f, err := w.root.OpenFile(name+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return w.root.Rename(name+".part", name)
}

// Has reports whether a file is there whole: it reads it.
func (w *Writer) Has(ctx context.Context, name, sum string, size int64) bool {
	f, err := regular.OpenBelow(w.root, name)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() != size {
		return false
	}
	h := sha256.New()
	_, err = io.Copy(h, reader{ctx, f})
	return err == nil && "sha256:"+hex.EncodeToString(h.Sum(nil)) == sum
}

// Holds reports whether a blob of this size is there, without reading it.
func (w *Writer) Holds(sum string, size int64) bool {
	info, err := w.root.Lstat(blobPath(sum))
	return err == nil && info.Mode().IsRegular() && info.Size() == size
}

// reader ends with its context.
type reader struct {
	ctx context.Context
	io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// Blob writes a blob unless it is there whole. A source with another content is an error.
// It continues what an interruption left of it.
func (w *Writer) Blob(ctx context.Context, sum string, size int64, open func() (io.ReadCloser, error)) error {
	name := blobPath(sum)
	w.sums[name] = sum
	if w.Has(ctx, name, sum, size) {
		return nil
	}
	return w.file(ctx, name, sum, size, open)
}

func (w *Writer) file(ctx context.Context, name, sum string, size int64, open func() (io.ReadCloser, error)) (err error) {
	src, err := open()
	if err != nil {
		return err
	}
	defer src.Close()
	f, err := w.root.OpenFile(name+".part", os.O_RDWR|os.O_CREATE|regular.NonBlock, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		// Windows cannot rename an open file.
		if err = errors.Join(err, f.Close()); err == nil {
			err = w.root.Rename(name+".part", name)
		}
	}()
	h := sha256.New()
	in := io.TeeReader(io.LimitReader(reader{ctx, src}, size+1), h)
	at, rest, err := same(f, in)
	if err != nil {
		return err
	}
	if err := f.Truncate(at); err != nil {
		return err
	}
	if _, err := f.Seek(at, io.SeekStart); err != nil {
		return err
	}
	n, err := io.Copy(f, io.MultiReader(bytes.NewReader(rest), in))
	if err != nil {
		return err
	}
	if found := "sha256:" + hex.EncodeToString(h.Sum(nil)); at+n != size || found != sum {
		// What was written is of no use.
		_ = f.Truncate(0)
		return fmt.Errorf("the file is not what its name says: %d bytes with %.19s, not %d with %.19s", at+n, found, size, sum)
	}
	return f.Sync()
}

// same returns how far a file begins with a source, and what was read of the source beyond
// that.
func same(f io.Reader, src io.Reader) (at int64, rest []byte, err error) {
	have, want := make([]byte, 1<<20), make([]byte, 1<<20)
	for {
		n, err := io.ReadFull(f, have)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return at, nil, err
		}
		if n == 0 {
			return at, nil, nil
		}
		m, err := io.ReadFull(src, want[:n])
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return at, nil, err
		}
		if m < n || !bytes.Equal(have[:n], want[:n]) {
			return at, want[:m], nil
		}
		at += int64(n)
	}
}

// bytes writes a small blob.
func (w *Writer) bytes(ctx context.Context, kind string, text []byte) (oci.Descriptor, error) {
	h := sha256.Sum256(text)
	sum := "sha256:" + hex.EncodeToString(h[:])
	err := w.Blob(ctx, sum, int64(len(text)), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil })
	return descriptor(kind, sum, int64(len(text))), err
}

// Model lists a model, whose blobs were written.
func (w *Writer) Model(ctx context.Context, m ollama.StoredModel, identity string) error {
	d, err := w.bytes(ctx, dockerManifest, m.Manifest)
	d.Annotations = map[string]string{oci.AnnotationRefName: m.Name, identityKey: identity}
	w.models = append(w.models, d)
	return err
}

// File writes a file of the work, such as "prompts/blog-post.md".
func (w *Writer) File(ctx context.Context, name string, text []byte) error {
	if !SafePath(name) {
		return fmt.Errorf("%q is not a name that every system takes", name)
	}
	d, err := w.bytes(ctx, fileType, text)
	w.files = append(w.files, titled(d, name))
	return err
}

// Posts writes a folder of posts: what fn writes, which is a tar archive.
func (w *Writer) Posts(ctx context.Context, fn func(io.Writer) error) error {
	const temp = blobsFolder + "/posts.part"
	f, err := w.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|regular.NonBlock, 0o666)
	if err != nil {
		return err
	}
	h := sha256.New()
	count := &counter{}
	err = fn(io.MultiWriter(f, h, count))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	sum := "sha256:" + hex.EncodeToString(h.Sum(nil))
	w.sums[blobPath(sum)] = sum
	w.files = append(w.files, titled(descriptor(postsType, sum, count.n), "posts"))
	return w.root.Rename(temp, blobPath(sum))
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// Program writes an archive of the program under its own name.
func (w *Writer) Program(ctx context.Context, p Plain, open func() (io.ReadCloser, error)) error {
	name := path.Join(ProgramFolder, p.Path)
	if !SafePath(name) {
		return fmt.Errorf("%q is not a name that every system takes", p.Path)
	}
	if err := w.root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return err
	}
	w.sums[name] = p.Digest
	w.contents.Program = append(w.contents.Program, p)
	if w.Has(ctx, name, p.Digest, p.Size) {
		return nil
	}
	return w.file(ctx, name, p.Digest, p.Size, open)
}

// Finish writes the index, and signs it if key is set. Then the package is whole.
func (w *Writer) Finish(ctx context.Context, key *sign.Key) error {
	text, err := json.Marshal(w.contents)
	if err != nil {
		return err
	}
	config, err := w.bytes(ctx, contentsType, text)
	if err != nil {
		return err
	}
	layers := w.files
	if len(layers) == 0 {
		// A manifest has at least one layer.
		layers = []oci.Descriptor{oci.DescriptorEmptyJSON}
		if _, err := w.bytes(ctx, "", []byte("{}")); err != nil {
			return err
		}
	}
	if text, err = json.Marshal(oci.Manifest{Versioned: versioned(), MediaType: oci.MediaTypeImageManifest, ArtifactType: WorkType, Config: config, Layers: layers}); err != nil {
		return err
	}
	work, err := w.bytes(ctx, oci.MediaTypeImageManifest, text)
	if err != nil {
		return err
	}
	work.ArtifactType = WorkType
	index, err := json.MarshalIndent(oci.Index{Versioned: versioned(), MediaType: oci.MediaTypeImageIndex, Manifests: append(slices.Clone(w.models), work)}, "", "  ")
	if err != nil {
		return err
	}
	return w.publish(append(index, '\n'), key)
}

// publish replaces the index and its signature. An index is never there with the signature
// of another one.
func (w *Writer) publish(index []byte, key *sign.Key) error {
	if err := w.root.Remove(signatureFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var sums strings.Builder
	h := sha256.Sum256(index)
	w.sums[indexFile] = "sha256:" + hex.EncodeToString(h[:])
	names := make([]string, 0, len(w.sums))
	for name := range w.sums {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&sums, "%s  %s\n", strings.TrimPrefix(w.sums[name], "sha256:"), name)
	}
	if err := errors.Join(w.replace(sumsFile, []byte(sums.String())), w.replace(indexFile, index)); err != nil {
		return err
	}
	if key == nil {
		return nil
	}
	sig, err := key.Sign(bytes.NewReader(index))
	if err != nil {
		return err
	}
	return w.replace(signatureFile, sign.Armor(sig))
}
