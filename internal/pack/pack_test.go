package pack_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/pack"
	"github.com/nightpress/nightpress/internal/printer"
)

// store writes a server's folder with models, each of one file.
func store(t *testing.T, models map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	put := func(path, text string) {
		t.Helper()
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range models {
		kind := "model"
		if strings.Contains(text, "remote_host") {
			kind = "none"
		}
		sum := fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
		put("blobs/sha256-"+sum, text)
		config := "{}"
		if kind == "none" {
			config = text
		}
		configSum := fmt.Sprintf("%x", sha256.Sum256([]byte(config)))
		put("blobs/sha256-"+configSum, config)
		put("manifests/registry.ollama.ai/library/"+name, fmt.Sprintf(`{"schemaVersion":2,"config":{"digest":"sha256:%s","size":%d},"layers":[{"mediaType":"application/vnd.ollama.image.%s","digest":"sha256:%s","size":%d}]}`, configSum, len(config), kind, sum, len(text)))
	}
	return dir
}

func run(t *testing.T, req pack.Request) (string, error) {
	t.Helper()
	var out bytes.Buffer
	req.Now, req.Getenv = time.Now(), func(string) string { return "" }
	err := pack.Pack(t.Context(), req, printer.New(&out, &out, false, false))
	return out.String(), err
}

func TestModelsAreChosenByNameAndPattern(t *testing.T) {
	dir := store(t, map[string]string{"llama3.2/latest": "one", "llama3.2/1b": "two", "qwen3/8b": "three", "cloudy/latest": `{"remote_host":"https://ollama.com"}`})
	for wanted, c := range map[string]struct {
		has, lacks []string
		wrong      string
	}{
		"llama*":          {[]string{"packed llama3.2:1b", "packed llama3.2:latest"}, []string{"qwen"}, ""},
		"LLAMA3.2":        {[]string{"packed llama3.2:latest"}, []string{"1b"}, ""},
		"llama3.2,qwen3*": {[]string{"packed llama3.2:latest", "packed qwen3:8b"}, nil, ""},
		"*":               {[]string{"leaves out cloudy:latest", "packed qwen3:8b"}, []string{"packed cloudy"}, ""},
		"cloudy":          {nil, nil, "stands for a model in a cloud"},
		"lama3.2":         {nil, nil, "has no model lama3.2"},
		"x*":              {nil, nil, "has no model x*"},
	} {
		text, err := run(t, pack.Request{To: filepath.Join(t.TempDir(), "s"), ModelsDir: dir, Models: strings.Split(wanted, ",")})
		if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s: %v, want %q", wanted, err, c.wrong)
		}
		for _, s := range c.has {
			if !strings.Contains(text, s) {
				t.Errorf("%s: no %q in\n%s", wanted, s, text)
			}
		}
		for _, s := range c.lacks {
			if strings.Contains(text, s) {
				t.Errorf("%s: %q in\n%s", wanted, s, text)
			}
		}
	}
}

func TestAFolderOfModelsThatIsNoneSaysWhereItWasLookedFor(t *testing.T) {
	_, err := run(t, pack.Request{To: t.TempDir(), Models: []string{"m"}, ModelsDir: t.TempDir()})
	if exit.Code(err) != exit.BadUsage || !strings.Contains(err.Error(), "no folder of models in") {
		t.Errorf("%v", err)
	}
}

// A package for another server's name is refused before anything is connected to.
func TestUnpackNeedsNoServerForWhatNeedsNone(t *testing.T) {
	to := filepath.Join(t.TempDir(), "s")
	toml := filepath.Join(t.TempDir(), "models.toml")
	if err := os.WriteFile(toml, []byte("[run]\non_finish = \"rm -rf /\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, pack.Request{To: to, Files: []pack.NamedFile{{Name: "models.toml", Path: toml}}}); err != nil {
		t.Fatal(err)
	}
	into := t.TempDir()
	unpack := func(u pack.Unpacking) (string, error) {
		var out bytes.Buffer
		u.From, u.To, u.Now = to, into, time.Now()
		u.Server = func() (*ollama.Client, error) { t.Error("a server is asked"); return nil, os.ErrInvalid }
		err := pack.Unpack(t.Context(), u, printer.New(&out, &out, false, false))
		return out.String(), err
	}
	text, err := unpack(pack.Unpacking{})
	if err != nil || !strings.Contains(text, "names commands that a run executes") || !strings.Contains(text, "not signed") {
		t.Errorf("%v\n%s", err, text)
	}
	if err := os.WriteFile(filepath.Join(into, "models.toml"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := unpack(pack.Unpacking{}); exit.Code(err) != exit.BadUsage || !strings.Contains(err.Error(), "nothing was written") {
		t.Errorf("%v", err)
	}
	if _, err := unpack(pack.Unpacking{Overwrite: true}); err != nil {
		t.Error(err)
	}
	if _, err := unpack(pack.Unpacking{Posts: "posts"}); exit.Code(err) != exit.BadUsage || !strings.Contains(err.Error(), "has no posts") {
		t.Errorf("%v", err)
	}
}
