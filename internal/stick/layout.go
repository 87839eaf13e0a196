package stick

import (
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	oci "github.com/opencontainers/image-spec/specs-go/v1"
)

// The types and names in a package. They are stored, and never change.
const (
	// dockerManifest is the type of a model's manifest, as its server has it.
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	// WorkType is that of the manifest with everything but the models.
	WorkType = "application/vnd.nightpress.work.v1"
	// contentsType is that of Contents, fileType that of a file, and postsType that of a
	// folder of posts with its ledger.
	contentsType = "application/vnd.nightpress.contents.v1+json"
	fileType     = "application/vnd.nightpress.file.v1"
	postsType    = oci.MediaTypeImageLayer
	// identityKey is the annotation with a model's identity.
	identityKey = "com.github.nightpress.identity"

	indexFile     = oci.ImageIndexFile
	signatureFile = indexFile + ".sig"
	sumsFile      = "SHA256SUMS"
	blobsFolder   = oci.ImageBlobsDir + "/sha256"
	// ProgramFolder has the archives of the program.
	ProgramFolder = "program"
)

// Bounds of what is read from a package.
const (
	maxIndex   = 4 << 20
	maxEntries = 10_000
	// maxText bounds a file such as models.toml, in bytes.
	maxText = 64 << 20
)

// Contents says what a package has beside the models. Its JSON names are stored and never
// change.
type Contents struct {
	Version int `json:"version"`
	// Nightpress is the version of the program that wrote the package, at Time (RFC 3339).
	Nightpress string `json:"nightpress"`
	Time       string `json:"time"`
	// Program are the files below ProgramFolder, which are no blobs.
	Program []Plain `json:"program,omitempty"`
	// LeftOut are the digests of blobs that the other side has.
	LeftOut []string `json:"left_out,omitempty"`
}

// Plain is a file under its own name.
type Plain struct {
	Path   string `json:"path"`
	Digest string `json:"digest"`
	Size   int64  `json:"size"`
}

func descriptor(kind, sum string, size int64) oci.Descriptor {
	return oci.Descriptor{MediaType: kind, Digest: digest.Digest(sum), Size: size}
}

func titled(d oci.Descriptor, title string) oci.Descriptor {
	d.Annotations = map[string]string{oci.AnnotationTitle: title}
	return d
}

func versioned() specs.Versioned { return specs.Versioned{SchemaVersion: 2} }

// blobPath is where a blob is in a package.
func blobPath(sum string) string {
	return blobsFolder + "/" + strings.TrimPrefix(sum, "sha256:")
}

// SafePath reports whether a path from elsewhere stays below a folder on every system: it
// has "/" only, no empty part, no "..", no character that Windows refuses, and no name of a
// device.
func SafePath(name string) bool {
	if !fs.ValidPath(name) || name == "." || len(name) > 1000 || strings.ContainsAny(name, "\\:*?\"<>|") || !filepath.IsLocal(filepath.FromSlash(name)) {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		base, _, _ := strings.Cut(strings.ToLower(part), ".")
		if strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") || devices[base] || strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return false
		}
	}
	return true
}

var devices = map[string]bool{"con": true, "prn": true, "aux": true, "nul": true}

func init() {
	for _, n := range "123456789" {
		devices["com"+string(n)], devices["lpt"+string(n)] = true, true
	}
}
