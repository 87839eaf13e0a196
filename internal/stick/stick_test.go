package stick_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	oci "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/memory"
	layout "oras.land/oras-go/v2/content/oci"

	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/stick"
)

func digestOf(text string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text))) }

// files are the content of a model's blobs.
var files = []string{"the weights", "{{ .Prompt }} and more", `{"temperature":0.5,"stop":["a","b"]}`, `{"model_format":"gguf"}`}

func packed(t *testing.T) (dir string, m ollama.StoredModel) {
	t.Helper()
	dir = t.TempDir()
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":%q,"size":%d},"layers":[
		{"mediaType":"application/vnd.ollama.image.model","digest":%q,"size":%d},{"mediaType":"application/vnd.ollama.image.template","digest":%q,"size":%d},{"mediaType":"application/vnd.ollama.image.params","digest":%q,"size":%d}]}`,
		digestOf(files[3]), len(files[3]), digestOf(files[0]), len(files[0]), digestOf(files[1]), len(files[1]), digestOf(files[2]), len(files[2]))
	read, err := ollama.ReadManifest("m:latest", []byte(manifest))
	if err != nil {
		t.Fatal(err)
	}
	w, err := stick.NewWriter(dir, stick.Contents{Version: 1, Nightpress: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	open := func(sum string) (io.ReadCloser, error) {
		for _, f := range files {
			if digestOf(f) == sum {
				return io.NopCloser(strings.NewReader(f)), nil
			}
		}
		return nil, os.ErrNotExist
	}
	for _, b := range read.Blobs {
		if err := w.Blob(t.Context(), b.Digest, b.Size, func() (io.ReadCloser, error) { return open(b.Digest) }); err != nil {
			t.Fatal(err)
		}
	}
	identity, err := read.Identity(open)
	if err != nil || identity == "" {
		t.Fatal(identity, err)
	}
	if err := w.Model(t.Context(), *read, identity); err != nil {
		t.Fatal(err)
	}
	if err := w.File(t.Context(), "prompts/a.md", []byte("Write.")); err != nil {
		t.Fatal(err)
	}
	if err := w.Program(t.Context(), stick.Plain{Path: "np.tar.gz", Digest: digestOf("program"), Size: 7}, func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("program")), nil }); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return dir, *read
}

// faults opens a package, reads all of it, and returns what is wrong.
func faults(t *testing.T, dir string) (wrong []string) {
	t.Helper()
	r, err := stick.Open(dir)
	if err != nil {
		return []string{err.Error()}
	}
	defer r.Close()
	err = r.Check(t.Context(), func(string, int64) {}, func(what string, err error) { wrong = append(wrong, what+": "+err.Error()) })
	if err != nil {
		t.Fatal(err)
	}
	return wrong
}

// Other programs read the package: ORAS takes everything in it.
func TestORASReadsThePackage(t *testing.T) {
	dir, m := packed(t)
	if wrong := faults(t, dir); wrong != nil {
		t.Errorf("%v", wrong)
	}
	store, err := layout.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	to := memory.New()
	d, err := oras.Copy(t.Context(), store, "m:latest", to, "m:latest", oras.DefaultCopyOptions)
	if err != nil || string(d.Digest) != m.Digest {
		t.Fatalf("%v, %v", d, err)
	}
	for _, b := range m.Blobs {
		if ok, err := to.Exists(t.Context(), oci.Descriptor{MediaType: b.MediaType, Digest: digest.Digest(b.Digest), Size: b.Size}); !ok || err != nil {
			t.Errorf("%s is missing: %v", b.Digest, err)
		}
	}
	sums, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || digestOf(string(text)) != "sha256:"+sum {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A package that somebody made to harm is refused, by words.
func TestAHostilePackageIsRefused(t *testing.T) {
	edit := func(t *testing.T, dir string, fn func(index *oci.Index, work *oci.Manifest, contents *stick.Contents)) {
		t.Helper()
		read := func(name string, to any) {
			text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			if err == nil {
				err = json.Unmarshal(text, to)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		blob := func(v any, d *oci.Descriptor) {
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			sum := digestOf(string(text))
			d.Digest, d.Size = digest.Digest(sum), int64(len(text))
			if err := os.WriteFile(filepath.Join(dir, "blobs", "sha256", strings.TrimPrefix(sum, "sha256:")), text, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		var index oci.Index
		var work oci.Manifest
		var contents stick.Contents
		read("index.json", &index)
		last := &index.Manifests[len(index.Manifests)-1]
		read("blobs/sha256/"+last.Digest.Encoded(), &work)
		read("blobs/sha256/"+work.Config.Digest.Encoded(), &contents)
		fn(&index, &work, &contents)
		blob(contents, &work.Config)
		blob(work, last)
		text, err := json.Marshal(index)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "index.json"), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	title := func(name string) func(*oci.Index, *oci.Manifest, *stick.Contents) {
		return func(_ *oci.Index, w *oci.Manifest, _ *stick.Contents) {
			w.Layers[0].Annotations[oci.AnnotationTitle] = name
		}
	}
	weights := func(dir string) string {
		return filepath.Join(dir, "blobs", "sha256", strings.TrimPrefix(digestOf(files[0]), "sha256:"))
	}
	for name, c := range map[string]struct {
		edit  func(*oci.Index, *oci.Manifest, *stick.Contents)
		do    func(t *testing.T, dir string)
		words string
	}{
		"a path out of the folder": {edit: title("../../.bashrc"), words: "unsafe"},
		"an absolute path":         {edit: title("/etc/cron.d/x"), words: "unsafe"},
		"a path of Windows":        {edit: title(`..\x`), words: "unsafe"},
		"a device of Windows":      {edit: title("prompts/nul.md"), words: "unsafe"},
		"an empty path":            {edit: title(""), words: "unsafe"},
		"a huge file":              {edit: func(_ *oci.Index, w *oci.Manifest, _ *stick.Contents) { w.Layers[0].Size = 1 << 40 }, words: "too long"},
		"a negative size":          {edit: func(_ *oci.Index, w *oci.Manifest, _ *stick.Contents) { w.Layers[0].Size = -1 }, words: "-1 bytes"},
		"a digest with a path": {edit: func(_ *oci.Index, w *oci.Manifest, _ *stick.Contents) {
			w.Layers[0].Digest = "sha256:../../../etc/passwd"
		}, words: "it lists"},
		"a compressed archive": {edit: func(_ *oci.Index, w *oci.Manifest, _ *stick.Contents) {
			w.Layers[0].MediaType = oci.MediaTypeImageLayerGzip
		}, words: "does not know"},
		"a file twice":        {edit: func(_ *oci.Index, w *oci.Manifest, _ *stick.Contents) { w.Layers = append(w.Layers, w.Layers[0]) }, words: "there twice"},
		"a program elsewhere": {edit: func(_ *oci.Index, _ *oci.Manifest, c *stick.Contents) { c.Program[0].Path = "../x" }, words: "unsafe"},
		"another version":     {edit: func(_ *oci.Index, _ *oci.Manifest, c *stick.Contents) { c.Version = 2 }, words: "package version 2"},
		"a name that is none": {edit: func(i *oci.Index, _ *oci.Manifest, _ *stick.Contents) {
			i.Manifests[0].Annotations[oci.AnnotationRefName] = "../m"
		}, words: "not a model's name"},
		"a model at an address": {edit: func(i *oci.Index, _ *oci.Manifest, _ *stick.Contents) {
			i.Manifests[0].Annotations[oci.AnnotationRefName] = "http://evil.example/a/b:c"
		}, words: "not a model's name"},
		"a model twice": {edit: func(i *oci.Index, _ *oci.Manifest, _ *stick.Contents) {
			i.Manifests = append(i.Manifests[:1], i.Manifests...)
		}, words: "m:latest twice"},
		"another identity": {edit: func(i *oci.Index, _ *oci.Manifest, _ *stick.Contents) {
			i.Manifests[0].Annotations["com.github.nightpress.identity"] = "1234"
		}, words: "the index says 1234"},
		"a huge manifest": {edit: func(i *oci.Index, _ *oci.Manifest, _ *stick.Contents) { i.Manifests[0].Size = 1 << 30 }, words: "it lists"},
		"no work":         {edit: func(i *oci.Index, _ *oci.Manifest, _ *stick.Contents) { i.Manifests[1].ArtifactType = "x" }, words: "not a model's name"},
		"blobs that it does not have": {edit: func(_ *oci.Index, _ *oci.Manifest, c *stick.Contents) { c.LeftOut = []string{digestOf("other")} },
			do: func(t *testing.T, dir string) { check(t, os.Remove(weights(dir))) }, words: "no such file"},
		"a damaged blob": {do: func(t *testing.T, dir string) { check(t, os.WriteFile(weights(dir), []byte("THE WEIGHTS"), 0o666)) }, words: "its SHA-256 is another one"},
		"a shorter blob": {do: func(t *testing.T, dir string) { check(t, os.WriteFile(weights(dir), []byte("the"), 0o666)) }, words: "another size"},
		"a longer blob":  {do: func(t *testing.T, dir string) { check(t, os.Truncate(weights(dir), 1<<40)) }, words: "another size"},
		"a link out of the folder": {do: func(t *testing.T, dir string) {
			outside := filepath.Join(t.TempDir(), "outside")
			check(t, os.Rename(weights(dir), outside))
			check(t, os.Symlink(outside, weights(dir)))
		}, words: "is a symbolic link"},
		"a folder of blobs elsewhere": {do: func(t *testing.T, dir string) {
			outside := filepath.Join(t.TempDir(), "outside")
			check(t, os.Rename(filepath.Join(dir, "blobs"), outside))
			check(t, os.Symlink(outside, filepath.Join(dir, "blobs")))
		}, words: "escapes"},
		"a folder in the place of a blob": {do: func(t *testing.T, dir string) {
			check(t, os.Remove(weights(dir)))
			check(t, os.Mkdir(weights(dir), 0o777))
		}, words: "is a folder"},
		"a changed program": {do: func(t *testing.T, dir string) {
			check(t, os.WriteFile(filepath.Join(dir, "program", "np.tar.gz"), []byte("PROGRAM"), 0o666))
		}, words: "program/np.tar.gz"},
		"a huge index": {do: func(t *testing.T, dir string) { check(t, os.Truncate(filepath.Join(dir, "index.json"), 1<<33)) }, words: "longer than"},
		"no index":     {do: func(t *testing.T, dir string) { check(t, os.Remove(filepath.Join(dir, "index.json"))) }, words: "it is no package"},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.Contains(name, "link") {
				t.Log("links need a privilege")
				return
			}
			dir, _ := packed(t)
			if c.edit != nil {
				edit(t, dir, c.edit)
			}
			if c.do != nil {
				c.do(t, dir)
			}
			if got := strings.Join(faults(t, dir), "\n"); !strings.Contains(got, c.words) {
				t.Errorf("%s, want %q", got, c.words)
			}
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A source that is not what its name says, such as a damaged disk's, is not packed.
func TestABlobThatIsNotWhatItsNameSaysIsNotWritten(t *testing.T) {
	dir := t.TempDir()
	w, err := stick.NewWriter(dir, stick.Contents{Version: 1})
	check(t, err)
	defer w.Close()
	sum := digestOf("good")
	for _, text := range []string{"goud", "go", "goods"} {
		err := w.Blob(t.Context(), sum, 4, func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil })
		if err == nil || !strings.Contains(err.Error(), "not what its name says") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if w.Has(t.Context(), "blobs/sha256/"+strings.TrimPrefix(sum, "sha256:"), sum, 4) {
		t.Error("it is there")
	}
	check(t, w.Blob(t.Context(), sum, 4, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte("good"))), nil }))
	other := t.TempDir()
	check(t, os.WriteFile(filepath.Join(other, "index.json"), []byte("{}"), 0o666))
	if _, err := stick.NewWriter(other, stick.Contents{}); err == nil || !strings.Contains(err.Error(), "something else") {
		t.Errorf("a foreign index: %v", err)
	}
}

func TestUnsignedIsSaid(t *testing.T) {
	dir, _ := packed(t)
	r, err := stick.Open(dir)
	check(t, err)
	defer r.Close()
	if by, err := r.Signed(nil, time.Now()); by != nil || err != nil {
		t.Errorf("%v, %v", by, err)
	}
}
