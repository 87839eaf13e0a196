package ollama

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/ollama/ollama/api"
)

// blobLine is a line of a Modelfile that names a file of the model. What stands
// before "blobs" is a path of the server's machine.
var blobLine = regexp.MustCompile(`(?m)^(FROM|ADAPTER) .*[/\\]blobs[/\\]sha256[-:]([0-9a-f]{64})\s*$`)

// identityOf returns the identity of a model: a hash over everything in it that
// could change what it writes, in hex. It is the same on every machine, where
// the digest of a model that "ollama create" made is not: its manifest has a
// path of the machine. "" where the server does not name the model's files.
//
// What counts are the digests of its files, and its template, system message,
// parameters, and messages. What does not are paths, the order of the
// parameters, white space, and the license.
func identityOf(shown *api.ShowResponse) string {
	var files []string
	for _, m := range blobLine.FindAllStringSubmatch(shown.Modelfile, -1) {
		files = append(files, m[1]+" "+m[2])
	}
	if len(files) == 0 {
		return ""
	}
	return identityFrom(files, shown.Template, shown.System, slices.Collect(strings.Lines(shown.Parameters)), shown.Messages)
}

// identityFrom is identityOf for the parts of a model, however they were found.
func identityFrom(files []string, template, system string, lines []string, messages []api.Message) string {
	slices.Sort(files)
	var parameters []string
	for _, line := range lines {
		if line = oneSpace(line); line != "" {
			parameters = append(parameters, line)
		}
	}
	slices.Sort(parameters)
	said := []string{}
	for _, m := range messages {
		said = append(said, m.Role+": "+oneSpace(m.Content))
	}
	// The order of the fields and the version are part of every identity.
	text, err := json.Marshal(struct {
		Version          int
		Files            []string
		Template, System string
		Parameters       []string
		Messages         []string
	}{1, files, oneSpace(template), oneSpace(system), parameters, said})
	if err != nil {
		return "" // unreachable: strings always marshal
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// oneSpace has one space for each run of white space, and none at the ends.
func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }
