package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/scripted"
	"github.com/nightpress/nightpress/internal/sign/signtest"
	"github.com/spf13/cobra"
)

// example is a command line that a document or a command's help shows.
type example struct{ from, line string }

// unrun are words of examples that cannot be run here, each with the reason.
// Their flags are checked all the same.
var unrun = map[string]string{
	"nightpress work":     "needs a run on another machine",
	"fleet drain":         "needs a run on another machine",
	"nightpress rehearse": "registers model files, which a scripted server does not take",
	"--serve ":            "starts a real server",
	"ollama run":          "needs a real server",
	"nightpress rate":     "serves until somebody ends it",
	"nightpress judge":    "needs a model of that name, and posts of others",
	"--metrics":           "takes a port that somebody else may use",
	"$EDITOR":             "needs a person",
	"nightpress watch":    "needs a run in progress",
	"nightpress pause":    "needs a run in progress",
	"nightpress resume":   "needs a run in progress",
	"nightpress set":      "needs a run in progress",
	"nightpress drain":    "needs a run in progress",
	"--until":             "depends on the time of day",
	"unpack stick --to":   "brings models, which a scripted server does not take",
	"unpack stick -m":     "brings models, which a scripted server does not take",
	"--inventory":         "asks for model files, which a scripted server does not have",
}

// Every example is a command line that the program takes, and does what the
// reader wants: no example ends as a usage error, or as one that could not run.
func TestEveryExampleWorksWhenPasted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("the examples are written for a POSIX shell")
		return
	}
	found := examplesOf(t)
	if len(found) < 30 {
		t.Fatalf("only %d examples were found", len(found))
	}
	server, err := scripted.Start("llama3.2:latest", "qwen3:8b", "rehearsal-steady:latest", "rehearsal-sloppy:latest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Away)
	home := newcomersFolder(t, server.Host())
	other, err := scripted.Start("llama3.2:latest", "qwen3:8b")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Away)
	two := [2]string{server.Host(), other.Host()}
	for _, e := range found {
		t.Run(strings.ReplaceAll(e.from+" "+e.line, "/", "|"), func(t *testing.T) {
			for _, command := range commandsIn(e.line) {
				checkFlags(t, command)
			}
			for word := range unrun {
				if strings.Contains(e.line+" ", word) {
					return
				}
			}
			runExample(t, e, home, two)
		})
	}
}

// fences are the code blocks of a Markdown file.
var fences = regexp.MustCompile("(?ms)^```[a-z]*\n(.*?)^```")

func examplesOf(t *testing.T) (all []example) {
	t.Helper()
	add := func(from, line string) {
		line, _, _ = strings.Cut(line, " #")
		line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
		line = strings.ReplaceAll(line, "bin/nightpress ", "nightpress ")
		e := example{from, strings.TrimSpace(line)}
		if len(commandsIn(e.line)) > 0 && !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	docs, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(docs, "../../README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range fences.FindAllSubmatch(text, -1) {
			joined := strings.ReplaceAll(string(block[1]), "\\\n", " ")
			for _, line := range strings.Split(joined, "\n") {
				add(filepath.Base(path), line)
			}
		}
	}
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		if c.Runnable() && c.Example == "" && !c.IsAdditionalHelpTopicCommand() && c.Name() != "help" {
			t.Errorf("%s: its help has no example", c.CommandPath())
		}
		for _, line := range strings.Split(c.Example, "\n") {
			add("help of "+c.CommandPath(), line)
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit((&app{getenv: os.Getenv}).root())
	return all
}

// commandsIn returns the nightpress commands of a shell line: those that a
// line begins with, and those that a pipe or an "and" leads to.
func commandsIn(line string) (commands []string) {
	for _, part := range regexp.MustCompile(`\|\|?|&&|;`).Split(line, -1) {
		part = strings.TrimSpace(part)
		if strings.HasPrefix(part, "nightpress ") && !strings.HasPrefix(part, "nightpress: ") {
			part, _, _ = strings.Cut(part, " > ")
			commands = append(commands, part)
		}
	}
	return commands
}

// checkFlags parses the command's flags as the program would.
func checkFlags(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(regexp.MustCompile(`["']([^"']*)["']`).ReplaceAllStringFunc(line, func(s string) string {
		return strings.ReplaceAll(strings.Trim(s, `"'`), " ", "_")
	}))
	cmd, rest, err := (&app{getenv: os.Getenv}).root().Find(words[1:])
	if err != nil {
		t.Errorf("%s: %v", line, err)
		return
	}
	if err := cmd.ParseFlags(rest); err != nil {
		t.Errorf("%s: %v", line, err)
		return
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		t.Errorf("%s: %v", line, err)
	}
}

// newcomersFolder is a folder as the examples presume it: topics, a
// configuration, posts of an earlier run, saved replies.
func newcomersFolder(t *testing.T, host string) string {
	t.Helper()
	dir := t.TempDir()
	products, err := os.ReadFile("../../examples/products.csv")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"topics.csv":      "topic,slug\nWhy do cats purr,why-cats-purr\nHow bees find home,how-bees-find-home\n",
		"products.csv":    string(products),
		"calendar.csv":    "Date,Title,Status\n2026-05-01,Why do cats purr,pending\n2026-05-08,How bees find home,done\n",
		"reply.txt":       scripted.Post(1),
		"replies/one.txt": scripted.Post(2),
		"mended.txt":      scripted.Post(3),

		"stick-inventory.json": `{"version":1,"blobs":[]}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	signtest.Key(t, filepath.Join(dir, ".ssh"))
	newcomersModels(t, filepath.Join(dir, ".ollama", "models"), "llama3.2/latest", "qwen3/8b")
	for _, line := range []string{"nightpress run topics.csv -m llama3.2,qwen3:8b", "nightpress attest --key ~/.ssh/id_ed25519", "nightpress pack -m llama3.2 --topics posts.intoto.jsonl --posts --to stick --key ~/.ssh/id_ed25519"} {
		if out, code := inShell(t, dir, host, line); code != 0 {
			t.Fatalf("%s: exit %d\n%s", line, code, out)
		}
	}
	for _, copied := range []string{"posts-a", "posts-b"} {
		if err := os.CopyFS(filepath.Join(dir, copied), os.DirFS(filepath.Join(dir, "posts"))); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// newcomersModels writes a server's folder with models of one small file each.
func newcomersModels(t *testing.T, dir string, names ...string) {
	t.Helper()
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		text := "the weights of " + name
		sum := fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
		write(filepath.Join(dir, "blobs", "sha256-"+sum), text)
		write(filepath.Join(dir, "manifests", "registry.ollama.ai", "library", name),
			fmt.Sprintf(`{"schemaVersion":2,"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:%s","size":%d}]}`, sum, len(text)))
	}
}

// mayEnd are the exit codes that an example may end with: what the scripted
// server says meets one contract and not every one.
var mayEnd = []int{exit.Done, exit.Incomplete, exit.OwnLimit}

// documented are the servers of docs/servers.md, at these addresses.
func documented(t *testing.T, hosts [2]string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/servers.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "```toml\n")
	block, _, _ = strings.Cut(block, "```")
	at := strings.NewReplacer("192.168.0.7:11434", hosts[0], "127.0.0.1:11434", hosts[1]).Replace(block)
	if strings.Count(at, "[[servers]]") != 2 || strings.Contains(at, "11434") {
		t.Fatalf("docs/servers.md begins with other servers:\n%s", block)
	}
	return at
}

func runExample(t *testing.T, e example, home string, hosts [2]string) {
	host := hosts[0]
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(home)); err != nil {
		t.Fatal(err)
	}
	line := e.line
	// A configuration of the newcomer's own, unless the example writes it.
	if !strings.Contains(line, "nightpress init") {
		toml := "[[model]]\nname = \"llama3.2\"\n"
		if strings.Contains(line, "--server ") {
			t.Setenv("OLLAMA_TOKEN", "Bearer secret")
			toml = documented(t, hosts) + toml
			line = strings.NewReplacer("192.168.0.7", hosts[0], "127.0.0.1", hosts[1]).Replace(line)
		}
		if err := os.WriteFile(filepath.Join(dir, "models.toml"), []byte(toml), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if out, code := inShell(t, dir, host, line); !slices.Contains(mayEnd, code) {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// shell runs a line with the program on PATH: this test's own binary, which
// testscript makes into the program by its name.
func inShell(t *testing.T, dir, host, line string) (output string, code int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "nightpress")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), storyLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", line)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + bin + string(filepath.ListSeparator) + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + os.TempDir(), "OLLAMA_HOST=" + host, "OLLAMA_TOKEN=" + os.Getenv("OLLAMA_TOKEN")}
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		return fmt.Sprint(err), -1
	}
	return string(out), cmd.ProcessState.ExitCode()
}
