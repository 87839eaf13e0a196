package ollama

import (
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
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/regular"
	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/types/model"
)

// Store is a server's folder of models on this machine, opened for reading. The server's
// API gives no file away, so what carries models reads them here.
type Store struct{ dir string }

// StoreFolder returns the folder of models: named, or the one of OLLAMA_MODELS, or the
// first of the usual ones that is there. A folder that is none is an error that says where
// was looked.
func StoreFolder(named string, getenv func(string) string) (*Store, error) {
	var tried []string
	switch {
	case named != "":
		tried = []string{named}
	case getenv("OLLAMA_MODELS") != "":
		tried = []string{getenv("OLLAMA_MODELS")}
	default:
		tried = usualFolders(getenv)
	}
	var denied error
	for _, dir := range tried {
		_, err := os.ReadDir(filepath.Join(dir, manifests))
		if err == nil {
			return &Store{dir}, nil
		}
		if errors.Is(err, fs.ErrPermission) {
			denied = hint.Wrap(fmt.Errorf("the folder of models %s cannot be read by this user", dir), "sudo -u ollama nightpress pack ..., or let your user read it: sudo usermod -aG ollama $USER")
		}
	}
	if denied != nil {
		return nil, denied
	}
	return nil, hint.Wrap(fmt.Errorf("no folder of models in %s", strings.Join(tried, ", ")),
		"name the folder with \"manifests\" and \"blobs\" in it: --models-dir FOLDER (the server's log shows it as OLLAMA_MODELS)")
}

// usualFolders are where a server keeps its models unless OLLAMA_MODELS says otherwise:
// that of a person, and on Linux those of the installed service.
func usualFolders(getenv func(string) string) []string {
	home := getenv("HOME")
	if runtime.GOOS == "windows" {
		home = getenv("USERPROFILE")
	}
	all := []string{filepath.Join(home, ".ollama", "models")}
	if runtime.GOOS == "linux" {
		all = append(all, "/usr/share/ollama/.ollama/models", "/var/lib/ollama/.ollama/models", "/var/lib/ollama/models")
	}
	return all
}

// Dir is the folder's path.
func (s *Store) Dir() string { return s.dir }

const manifests = "manifests"

// Blob is a file of a model, named by its content. Its JSON names are promised.
type Blob struct {
	// Digest is "sha256:" and hex.
	Digest string `json:"digest"`
	Size   int64  `json:"size"`
	// MediaType says what it is of the model.
	MediaType string `json:"media_type"`
}

// StoredModel is a model as a store or a package has it.
type StoredModel struct {
	// Name is as people write it: "llama3.2:latest", "hf.co/user/model:tag".
	Name string
	// Manifest is the file that lists the blobs, and Digest its SHA-256 with "sha256:".
	Manifest []byte
	Digest   string
	// Blobs are in the order of the manifest, each once.
	Blobs []Blob
}

// Bytes is the size of all blobs.
func (m *StoredModel) Bytes() (n int64) {
	for _, b := range m.Blobs {
		n += b.Size
	}
	return n
}

const (
	// maxManifest bounds a manifest, and maxMeta each text that an identity is made of, in
	// bytes.
	maxManifest = 4 << 20
	maxMeta     = 16 << 20
	// maxModels bounds how many names a store is searched for.
	maxModels = 100_000
)

// Models returns the models, sorted by name. A manifest that cannot be read is in bad, by
// its path, and ends nothing.
func (s *Store) Models() (all []StoredModel, bad []error, err error) {
	root := filepath.Join(s.dir, manifests)
	err = filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || len(all)+len(bad) > maxModels {
			return nil
		}
		below, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		name, ok := nameOf(filepath.ToSlash(below))
		if !ok {
			return nil
		}
		text, err := regular.Read(file, maxManifest)
		if err != nil {
			bad = append(bad, err)
			return nil
		}
		m, err := ReadManifest(name, text)
		if err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", file, err))
			return nil
		}
		all = append(all, *m)
		return nil
	})
	slices.SortFunc(all, func(a, b StoredModel) int { return strings.Compare(a.Name, b.Name) })
	return all, bad, err
}

// nameOf is the name of the model whose manifest has this path: host, namespace, model,
// tag.
func nameOf(below string) (string, bool) {
	parts := strings.Split(below, "/")
	if len(parts) != 4 || strings.HasPrefix(parts[3], ".") {
		return "", false
	}
	n := model.Name{Host: parts[0], Namespace: parts[1], Model: parts[2], Tag: parts[3]}
	return n.DisplayShortest(), n.IsValid()
}

// ValidName reports whether a server takes a name for a model.
func ValidName(name string) bool {
	return len(name) <= maxName && !strings.Contains(name, "://") && model.ParseName(name).IsValid()
}

// maxName bounds a name, in bytes.
const maxName = 400

// digestForm is the only form of a digest that counts.
var digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// ValidDigest reports whether a text is a digest: "sha256:" and 64 digits of hex.
func ValidDigest(text string) bool { return digestForm.MatchString(text) }

// layer is an entry of a manifest.
type layer struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

// ReadManifest reads a model's manifest, which may come from anywhere.
func ReadManifest(name string, text []byte) (*StoredModel, error) {
	if !ValidName(name) {
		return nil, fmt.Errorf("%.80q is not a model's name", name)
	}
	var read struct {
		Config layer   `json:"config"`
		Layers []layer `json:"layers"`
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, fmt.Errorf("the manifest of %s cannot be read: %w", name, err)
	}
	m := &StoredModel{Name: name, Manifest: text, Digest: digestOf(text)}
	if read.Config.Digest != "" {
		read.Layers = append(read.Layers, read.Config)
	}
	seen := map[string]int64{}
	for _, l := range read.Layers {
		if !ValidDigest(l.Digest) || l.Size < 0 {
			return nil, fmt.Errorf("the manifest of %s lists %.80q with %d bytes", name, l.Digest, l.Size)
		}
		if size, again := seen[l.Digest]; again {
			if size != l.Size {
				return nil, fmt.Errorf("the manifest of %s lists %s with two sizes", name, l.Digest)
			}
			continue
		}
		seen[l.Digest] = l.Size
		m.Blobs = append(m.Blobs, Blob{l.Digest, l.Size, l.MediaType})
	}
	if len(m.Blobs) == 0 {
		return nil, fmt.Errorf("the manifest of %s lists no file", name)
	}
	return m, nil
}

func digestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Open opens a blob of the store. The caller checks its content.
func (s *Store) Open(digest string) (*os.File, error) {
	if !ValidDigest(digest) {
		return nil, fmt.Errorf("%.80q is not a digest", digest)
	}
	return regular.Open(filepath.Join(s.dir, "blobs", strings.Replace(digest, ":", "-", 1)))
}

// Opener opens a blob by its digest.
type Opener func(digest string) (io.ReadCloser, error)

// Opener is Open, as Identity takes it.
func (s *Store) Opener() Opener {
	return func(digest string) (io.ReadCloser, error) { return s.Open(digest) }
}

// ErrRemote reports a model that stands for one in a cloud: there is nothing to carry.
var ErrRemote = errors.New("it stands for a model in a cloud, and has no files")

// Identity computes the identity of a model from its files, as Inspect finds it on a
// server (see LocalModel). It opens the small files only. It is "" for a model without
// weights.
func (m *StoredModel) Identity(open Opener) (string, error) {
	var read struct {
		Config layer   `json:"config"`
		Layers []layer `json:"layers"`
	}
	if err := json.Unmarshal(m.Manifest, &read); err != nil {
		return "", err
	}
	p := parts{template: "{{ .Prompt }}"} // the server's own where a model has none
	if read.Config.Digest != "" {
		var config struct {
			RemoteHost  string `json:"remote_host"`
			RemoteModel string `json:"remote_model"`
		}
		if err := readJSON(open, read.Config, &config); err != nil {
			return "", err
		}
		if config.RemoteHost != "" || config.RemoteModel != "" {
			return "", ErrRemote
		}
	}
	for _, l := range read.Layers {
		if err := p.add(l, open); err != nil {
			return "", fmt.Errorf("%s: %w", l.Digest, err)
		}
	}
	if p.weights != "" {
		p.files = append(p.files, "FROM "+p.weights)
	}
	if len(p.files) == 0 {
		return "", nil
	}
	return identityFrom(p.files, p.template, p.system, p.lines, p.messages), nil
}

// parts are those of a model that its identity is made of.
type parts struct {
	// weights is the digest of the last file of that kind, which counts for the server.
	weights          string
	files, lines     []string
	template, system string
	messages         []api.Message
}

// add adds what a layer holds, as a server reads it (server/images.go, GetModel, and
// server/routes.go, GetModelInfo, v0.17.4).
func (p *parts) add(l layer, open Opener) (err error) {
	hash := strings.TrimPrefix(l.Digest, "sha256:")
	switch path.Base(l.MediaType) {
	case "vnd.ollama.image.model":
		p.weights = hash
	case "vnd.ollama.image.adapter":
		p.files = append(p.files, "ADAPTER "+hash)
	case "vnd.ollama.image.projector":
		p.files = append(p.files, "FROM "+hash)
	case "vnd.ollama.image.template", "vnd.ollama.image.prompt":
		p.template, err = readText(open, l)
	case "vnd.ollama.image.system":
		p.system, err = readText(open, l)
	case "vnd.ollama.image.messages":
		err = readJSON(open, l, &p.messages)
	case "vnd.ollama.image.params":
		options := map[string]any{}
		err = readJSON(open, l, &options)
		p.lines = parameterLines(options)
	}
	return err
}

// parameterLines are the lines by which a server shows parameters.
func parameterLines(options map[string]any) (lines []string) {
	for name, value := range options {
		values, several := value.([]any)
		if !several {
			values = []any{value}
		}
		for _, v := range values {
			lines = append(lines, fmt.Sprintf("%s %#v", name, v))
		}
	}
	return lines
}

func readText(open Opener, l layer) (string, error) {
	f, err := open(l.Digest)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxMeta+1))
	if err == nil && len(text) > maxMeta {
		err = fmt.Errorf("longer than %d bytes", maxMeta)
	}
	return string(text), err
}

func readJSON(open Opener, l layer, to any) error {
	text, err := readText(open, l)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), to)
}
