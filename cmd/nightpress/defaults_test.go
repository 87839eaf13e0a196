package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/exit"
)

// spoken are the spans of time that docs write in words.
var spoken = map[string]string{"two hours": "2h", "ten minutes": "10m", "a minute": "1m"}

// A flag's default stands in docs as in `--attempts` (default 4), or as in
// `--attempts`, 4 by default.
var defaultInDocs = []*regexp.Regexp{
	regexp.MustCompile("`--([a-z-]+)`[^`.;|]{0,20}\\(default ([^)`]+)\\)"),
	regexp.MustCompile("`--([a-z-]+)`,? \\(?([^`.;|,()]+?) by default"),
}

func TestTheDefaultsInTheDocsAreThoseOfTheProgram(t *testing.T) {
	flags, _, err := (&app{getenv: os.Getenv}).root().Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for path, text := range everyDoc(t) {
		text = strings.Join(strings.Fields(text), " ")
		for _, pattern := range defaultInDocs {
			for _, m := range pattern.FindAllStringSubmatch(text, -1) {
				f := flags.Flags().Lookup(m[1])
				if f == nil {
					t.Errorf("%s: %q: run has no such flag", path, m[0])
					continue
				}
				found++
				if want, got := f.DefValue, strings.TrimSpace(m[2]); !sameValue(want, got) {
					t.Errorf("%s: %q, and the default of --%s is %s", path, m[0], m[1], want)
				}
			}
		}
	}
	if found < 3 {
		t.Errorf("only %d defaults were found in the docs: the test does not see them", found)
	}
}

func sameValue(want, got string) bool {
	if s, ok := spoken[got]; ok {
		got = s
	}
	if a, err := time.ParseDuration(want); err == nil {
		b, err := time.ParseDuration(got)
		return err == nil && a == b
	}
	return want == got
}

// everyDoc are the pages that a person reads, by their paths.
func everyDoc(t *testing.T) map[string]string {
	t.Helper()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) < 5 {
		t.Fatalf("%d pages below docs (%v)", len(pages), err)
	}
	all := map[string]string{}
	for _, path := range append(pages, "../../README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = string(text)
	}
	return all
}

// A line "# key = value" of models.toml, and of the one that init writes, shows a
// key with its default: with all of them enabled nothing changes.
func TestTheDefaultsInModelsTomlAreThoseOfTheProgram(t *testing.T) {
	ours, err := os.ReadFile("../../models.toml")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(?m)^# ([a-z_]+ = .*)$`)
	for name, text := range map[string]string{"models.toml": string(ours), "init": string(config.Starter(nil))} {
		head, _, _ := strings.Cut(text, "[[model]]")
		// The keys of [[servers]] are examples of another server's.
		before, rest, _ := strings.Cut(head, "# [[servers]]")
		_, after, _ := strings.Cut(rest, "\n\n")
		head = before + after
		// So is the list of categories.
		before, rest, _ = strings.Cut(head, "# [prompt.blog-post]")
		_, after, _ = strings.Cut(rest, "\n\n")
		head = before + after
		// temperature is an example: the server has its own defaults for options.
		head = strings.ReplaceAll(head, "# temperature", "#  temperature")
		path := filepath.Join(t.TempDir(), "models.toml")
		if err := os.WriteFile(path, []byte(shown.ReplaceAllString(head, "$1")), 0o666); err != nil {
			t.Fatal(err)
		}
		if n := len(shown.FindAllString(head, -1)); n < 15 {
			t.Errorf("%s shows only %d defaults: the test does not see them", name, n)
		}
		got, err := config.Load(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := config.Default()
		got.Defaults.Options, want.Defaults.Options = nil, nil
		got.Defaults.Think = onlyTrue(got.Defaults.Think)
		if !reflect.DeepEqual(got.Defaults, want.Defaults) {
			t.Errorf("%s: [defaults] shows %+v, the defaults are %+v", name, got.Defaults, want.Defaults)
		}
		// As text, where an empty list and none are one.
		shown, usual := fmt.Sprintf("%+v %+v", got.Output, got.Run), fmt.Sprintf("%+v %+v", want.Output, want.Run)
		if shown != usual {
			t.Errorf("%s: it shows %s, the defaults are %s", name, shown, usual)
		}
	}
}

// onlyTrue makes nil of false: both mean that a model does not think.
func onlyTrue(think any) any {
	if think == false {
		return nil
	}
	return think
}

var (
	codeInTable = regexp.MustCompile(`(?m)^\| *(\d+) *\| `)
	codeInHelp  = regexp.MustCompile(`(?m)^ +(\d+)  \S`)
)

// Exit codes stand once in the docs, in README's table, and in "help exit-codes".
func TestExitCodesStandOnceInTheDocsAndInTheHelp(t *testing.T) {
	var want []string
	for _, code := range []int{exit.Done, exit.CannotRun, exit.BadUsage, exit.Incomplete, exit.OwnLimit, exit.Interrupted} {
		want = append(want, fmt.Sprint(code))
	}
	codes := func(pattern *regexp.Regexp, text string) (all []string) {
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			all = append(all, m[1])
		}
		return all
	}
	if got := codes(codeInHelp, exitCodesTopic().Long); !slices.Equal(got, want) {
		t.Errorf("help exit-codes describes %q, want %q", got, want)
	}
	for path, text := range everyDoc(t) {
		_, table, found := strings.Cut(text, "| exit code |")
		if found != strings.HasSuffix(path, "README.md") {
			t.Errorf("%s: a table of exit codes: %v", path, found)
		}
		table, _, _ = strings.Cut(table, "\n\n")
		if got := codes(codeInTable, table); found && !slices.Equal(got, want) {
			t.Errorf("%s describes %q, want %q", path, got, want)
		}
	}
	for _, c := range (&app{getenv: os.Getenv}).root().Commands() {
		if len(codes(codeInHelp, c.Long)) > 0 && c.Name() != "exit-codes" {
			t.Errorf("the help of %s lists exit codes", c.Name())
		}
	}
}
