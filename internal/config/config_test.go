package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// faults parses a file and returns its faults as "line: message (hint)".
func faults(t *testing.T, text string) []string {
	t.Helper()
	_, err := parse("models.toml", text)
	var all []string
	var visit func(error)
	visit = func(err error) {
		var one *Error
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range joined.Unwrap() {
				visit(e)
			}
		} else if errors.As(err, &one) {
			all = append(all, fmt.Sprintf("%d: %s (%s)", one.Line, one.Msg, one.Hint()))
		}
	}
	visit(err)
	return all
}

func TestEveryFaultIsNamedWithItsLine(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"an unknown key", "[server]\nulr = \"x\"\n", []string{`2: unknown key "server.ulr" (did you mean "url"?)`}},
		{"an unknown table", "[sever]\nurl = \"x\"\n", []string{`1: unknown key "sever" (did you mean "server" or "servers"?)`}},
		{"a syntax error", "[defaults\n", []string{"2: expected"}},
		{"a text for a number", "[defaults]\n\nworkers = \"3\"\n", []string{`3: defaults.workers: "3" is a text; it should be "auto" or a whole number (workers = "auto")`}},
		{"a number for a text", "[[model]]\nname = 3\n", []string{"2: model.name is a whole number; it must be a string ()"}},
		{"a bare number of seconds", "[server]\nidle_timeout = 5\n", []string{`2: server.idle_timeout: time: missing unit in duration "5" (idle_timeout = "5m")`}},
		{"a key twice", "[defaults]\nseed = 1\nseed = 2\n", []string{"3: Key 'defaults.seed' has already been defined. ()"}},
		{"out of range", "[defaults]\nworkers = 9000\nattempts = 0\n", []string{
			`2: defaults.workers is 9000; it is "auto" or a number from 1 to 1024 (workers = "auto")`,
			"3: defaults.attempts is 0; it must be from 1 to 20 (attempts = 1)"}},
		{"no room for the prompt", "[defaults]\nnum_ctx = 2048\n", []string{"2: num_predict 4096 leaves no space for the prompt in num_ctx 2048 (num_predict = 1024)"}},
		{"a fault of the defaults once", "[defaults]\nnum_ctx = 100\nnum_predict = 50\n[[model]]\nname = \"a\"\n[[model]]\nname = \"b\"\n", []string{
			"2: defaults.num_ctx is 100; it must be from 256 to 4194304 (num_ctx = 256)"}},
		{"the right model's line", "[[model]]\nname = \"a\"\n[[model]]\nname = \"b\"\nnum_ctx = 1\n[[model]]\nname = \"c\"\nnum_ctx = 2\nnum_predict = 99\n", []string{
			"5: model.num_ctx is 1; it must be from 256 to 4194304 (num_ctx = 256)",
			"8: model.num_ctx is 2; it must be from 256 to 4194304 (num_ctx = 256)"}},
		{"unknown keys of two models", "[[model]]\nname = \"a\"\nlabl = \"x\"\n[[model]]\nname = \"b\"\nlabl = \"y\"\n", []string{
			`3: unknown key "model.labl" (did you mean "label"?)`, `6: unknown key "model.labl" (did you mean "label"?)`}},
		{"an unknown option", "[[model]]\nname = \"a\"\n[model.options]\ntemprature = 1\n", []string{`4: unknown option "temprature" (did you mean "temperature"?)`}},
		{"an option in an inline table", "[[model]]\nname = \"a\"\noptions = { temperature = 9 }\n", []string{"3: temperature is 9; it must be from 0 to 5 ()"}},
		{"an option that has its own key", "[defaults.options]\nnum_ctx = 4096\n", []string{"2: num_ctx is a key of its own and not an option"}},
		{"names that are empty", "[defaults]\nout = \"\"\nprompt = \"\"\n[[model]]\nname = \"a\"\nlabel = \"\"\n", []string{
			`2: defaults.out is empty, and a folder needs a name (out = "posts")`, `3: defaults.prompt is empty, and a prompt needs a name (prompt = "blog-post")`,
			"6: the label is empty, and a folder needs a name (remove the line for the label that the model's name gives)"}},
		{"a model without a name", "[[model]]\nlabel = \"x\"\n", []string{`1: a [[model]] has no name (name = "llama3.2")`}},
		{"a level of thinking that is none", "[defaults]\nthink = \"hard\"\n[[model]]\nname = \"a\"\n", []string{`2: think is "hard"`}},
		{"a mode that is none", "[[model]]\nname = \"a\"\nmode = \"json\"\n", []string{`3: model.mode is "json"`}},
		{"tokens below zero", "[defaults]\nmax_tokens_per_post = -1\nthink_budget = -5\n", []string{
			"3: defaults.think_budget is -5; it must be from 0", "2: defaults.max_tokens_per_post is -1; it must be from 0"}},
		{"lines below a multi-line string", "[run]\non_finish = \"\"\"\n[defaults]\nworkers = 1\n\"\"\"\n[defaults]\nworkers = 9000\n", []string{"7: defaults.workers is 9000"}},
		{"lines below a literal multi-line string", "[run]\non_finish = '''\n[[model]]\nlabl = 1\n'''\n[[model]]\nlabl = \"x\"\n", []string{`7: unknown key "model.labl"`}},
		{"a dotted key", "\n\ndefaults.workers = 9000\n", []string{"3: defaults.workers is 9000"}},
		{"a quoted key", "[defaults]\n\"workers\" = 9000\n", []string{"2: defaults.workers is 9000"}},
		{"a quoted table with a comment behind", "[ \"defaults\" ] # [server]\nworkers = 9000\n", []string{"2: defaults.workers is 9000"}},
		{"an inline table over several keys", "\ndefaults = { workers = 9000, attempts = 0 }\n", []string{"2: defaults.workers is 9000", "2: defaults.attempts is 0"}},
		{"an array over several lines", "[defaults.options]\nstop = [\n  \"workers = 1\",\n]\ntop_k = 0.5\n", []string{"5: top_k is 0.5"}},
		{"models as an array of inline tables", "model = [\n  { name = \"a\" },\n  { name = \"b\", num_ctx = 1 },\n]\n", []string{"3: model.num_ctx is 1"}},
		{"a dotted option of the second model", "[[model]]\nname = \"a\"\n[[model]]\nname = \"b\"\noptions.top_k = -1\n", []string{"5: top_k is -1"}},
		{"Windows line ends", "[run]\r\non_finish = \"x\"\r\n[defaults]\r\nworkers = 9000\r\n", []string{"4: defaults.workers is 9000"}},
		{"a byte order mark", "\ufeff[defaults]\nworkers = 9000\n", []string{"2: defaults.workers is 9000"}},
		{"a wrong type below a multi-line string", "[run]\non_finish = \"\"\"\na\nb\n\"\"\"\n[defaults]\nworkers = \"x\"\n", []string{`7: defaults.workers: "x" is a text`}},
		{"labels that are no folder", "[[model]]\nname = \"a\"\nlabel = \"a/b\"\n[[model]]\nname = \"b\"\nlabel = \"a/./b\"\n[[model]]\nname = \"c\"\nlabel = \".nightpress/tmp\"\n" +
			"[[model]]\nname = \"d\"\nlabel = \"..\"\n[[model]]\nname = \"e\"\nlabel = \"CON\"\n[[model]]\nname = \"f\"\nlabel = \"a.\"\n[[model]]\nname = \"g\"\nlabel = \"a \"\n[[model]]\nname = \"h\"\nlabel = \"a\\u0007\"\n", []string{
			`3: label "a/b" cannot be a folder: '/' is not allowed`, `6: label "a/./b" cannot be a folder`, `9: label ".nightpress/tmp" cannot be a folder`,
			`12: label ".." cannot be a folder: it begins with "."`, `15: label "CON" cannot be a folder: it is the name of a device on Windows`,
			`18: label "a." cannot be a folder: it ends with "."`, `21: label "a " cannot be a folder: a space is not allowed`,
			`24: label "a\a" cannot be a folder: the character U+0007 is not allowed`}},
		{"labels that share a folder", "[[model]]\nname = \"a\"\nlabel = \"Small\"\n[[model]]\nname = \"b\"\nlabel = \"small\"\n[[model]]\nname = \"c\"\nlabel = \"\u00e9\"\n[[model]]\nname = \"d\"\nlabel = \"e\u0301\"\n", []string{
			`6: label "small" has the same folder as the label "Small" in line 3 (label = "small-2")`, `12: label "é" has the same folder as the label "é" in line 9`}},
		{"a language that is none", "[output]\nlanguage = \"Klingon\"\n", []string{`2: output.language is "Klingon", which is no language that nightpress knows (language = "German")`}},
		{"bundles for jekyll", "[output]\nsite = \"jekyll\"\nbundle = true\n", []string{"3: output.bundle does not go with jekyll"}},
		{"servers without what they need", "[[servers]]\nurl = \"a\"\n[[servers]]\nname = \"b\"\n", []string{"1: a [[servers]] has no name", `3: server "b" has no url`}},
		{"servers of one name", "[[servers]]\nname = \"a\"\nurl = \"b\"\n[[servers]]\nname = \"a\"\nurl = \"c\"\n", []string{`5: server name "a" is already used in line 2`}},
		{"a secret in the file", "[[servers]]\nname = \"a\"\nurl = \"b\"\nheaders = { Authorization = \"Bearer 7f3\" }\n", []string{"4: the header Authorization has its value in the file"}},
		{"no workers", "[[servers]]\nname = \"a\"\nurl = \"b\"\nworkers = 0\n", []string{`4: servers.workers is 0; it is "auto"`}},
		{"servers and a url", "[server]\nurl = \"a\"\n[[servers]]\nname = \"a\"\nurl = \"b\"\n", []string{"2: there is a url in [server]"}},
		{"lists where none belongs", "[defaults]\nthink = [1]\n[[model]]\nname = \"a\"\nthink = [1]\n", []string{"2: think is [1]"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := faults(t, c.text)
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], c.want[i]) {
					t.Errorf("got %q, want %q", got[i], c.want[i])
				}
			}
		})
	}
}

func TestAModelHasWhatTheDefaultsHaveUnlessItSaysOtherwise(t *testing.T) {
	c, err := parse("models.toml", `
[defaults]
num_predict = 1000
think = false
[defaults.options]
temperature = 0.5
top_k = 10
[[model]]
name = "a"
samples = 3
num_ctx = 4096
[model.options]
top_k = 20
[[model]]
name = "b"
label = "bee"
think = true
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []Model{
		{Name: "a", Samples: 3, NumCtx: 4096, NumPredict: 1000, Think: false, Options: map[string]any{"temperature": 0.5, "top_k": int64(20)}},
		{Name: "b", Label: "bee", Samples: 1, NumCtx: 8192, NumPredict: 1000, Think: true, Options: map[string]any{"temperature": 0.5, "top_k": int64(10)}},
	}
	if !reflect.DeepEqual(c.Models, want) {
		t.Errorf("got  %+v\nwant %+v", c.Models, want)
	}
	if got := c.Named([]string{"bee", "c"}); len(got) != 2 || got[0].Name != "b" || got[1].Name != "c" || got[1].NumPredict != 1000 {
		t.Errorf("by label, and a new one: %+v", got)
	}
	if !c.Has("defaults.num_predict") || c.Has("defaults.workers") {
		t.Error("Has does not tell what the file sets")
	}
}

func TestTheStarterIsValidAndExplainsEveryKey(t *testing.T) {
	text := string(Starter([]string{"a:7b", "b"}))
	c, err := parse("models.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Models) != 1 || c.Models[0].Name != "a:7b" {
		t.Errorf("one model is to be enabled: %+v", c.Models)
	}
	// With every explained key switched on it still has only known keys, and
	// none of the known ones is left out.
	var on []string
	for _, line := range strings.Split(text, "\n") {
		bare := strings.TrimPrefix(line, "# ")
		if key, _, ok := strings.Cut(bare, " = "); ok && bare != line && !strings.Contains(key, " ") || strings.HasPrefix(bare, "[") {
			line = bare
		}
		on = append(on, line)
	}
	full := strings.Join(on, "\n")
	// A file has servers, or the url of one.
	if _, err := parse("models.toml", full); err == nil {
		t.Error("a url in [server] beside [[servers]] is taken")
	}
	full = strings.Replace(full, "\nurl = \"127.0.0.1", "\n# url = \"127.0.0.1", 1)
	if c, err := parse("models.toml", full); err != nil {
		t.Errorf("with every key switched on: %v\n%s", err, full)
	} else if len(c.Models) != 2 || c.Models[1].Name != "b" {
		t.Errorf("with every model switched on: %+v", c.Models)
	}
	for table, keys := range known {
		for _, key := range keys {
			if table != "" && key != "options" && !strings.Contains(full, "\n"+key+" = ") {
				t.Errorf("the starter does not explain %s.%s", table, key)
			}
		}
	}
}

func TestAMissingFileIsToldFromABrokenOne(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "models.toml")); !IsMissing(err) {
		t.Errorf("no file: %v", err)
	}
	path := filepath.Join(dir, "bad.toml")
	if err := os.WriteFile(path, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || IsMissing(err) || !strings.HasPrefix(err.Error(), path+":1: ") {
		t.Errorf("a broken file: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("[[model]]\nname = \"a\"\n")
	f.Add(string(Starter(nil)))
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse("models.toml", text)
		if err != nil {
			return
		}
		for _, m := range append(c.Models, c.withDefaults(Model{Name: "other"})) {
			if m.Name == "" || m.NumPredict < 16 || m.NumPredict >= m.NumCtx {
				t.Errorf("accepted: %+v", m)
			}
		}
	})
}

// "make run" uses the models.toml at the top of the repository. It explains every
// key that a new one does.
func TestTheModelsTomlOfTheRepositoryIsValidAndExplainsEveryKey(t *testing.T) {
	path := filepath.Join("..", "..", "models.toml")
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range c.Models {
		names = append(names, m.Name)
	}
	if want := []string{"rehearsal-steady", "rehearsal-sloppy"}; !slices.Equal(names, want) {
		t.Errorf("its models are %v, want %v", names, want)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	starter, _, _ := strings.Cut(string(Starter([]string{"m"})), "[[model]]\nname")
	for line := range strings.Lines(starter) {
		if strings.Contains(line, " = ") && !strings.Contains(string(text), line) {
			t.Errorf("it lacks the line %s", line)
		}
	}
}
