package settings_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/settings"
)

// load loads a models.toml below flags and environment.
func load(t *testing.T, toml string, flags, env map[string]string) (*settings.Settings, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "models.toml")
	if err := os.WriteFile(path, []byte(toml), 0o666); err != nil {
		t.Fatal(err)
	}
	given := func(name string) (string, bool) {
		if name == "config" {
			return path, true
		}
		value, set := flags[name]
		return value, set && name != ""
	}
	return settings.Load(given, func(name string) string {
		if name == "" {
			return ""
		}
		return env[name]
	})
}

func TestAFlagWinsOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	type values map[string]string
	const file = "[defaults]\nattempts = 5\n"
	for _, c := range []struct {
		name       string
		toml       string
		flags, env values
		want       int
		from       string
	}{
		{"nothing", "", nil, nil, 4, "default"},
		{"the file", file, nil, nil, 5, "models.toml"},
		{"the environment", file, nil, values{"NIGHTPRESS_ATTEMPTS": "6"}, 6, "NIGHTPRESS_ATTEMPTS"},
		{"the flag", file, values{"attempts": "7"}, values{"NIGHTPRESS_ATTEMPTS": "6"}, 7, "--attempts"},
	} {
		s, err := load(t, c.toml, c.flags, c.env)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if s.Defaults.Attempts != c.want {
			t.Errorf("%s: %d attempts, want %d", c.name, s.Defaults.Attempts, c.want)
		}
		i := slices.IndexFunc(s.Origins(), func(o settings.Origin) bool { return o.Key == "defaults.attempts" })
		if i < 0 || s.Origins()[i].From != c.from {
			t.Errorf("%s: it comes from %+v, want %s", c.name, s.Origins(), c.from)
		}
	}
}

func TestAValueThatCannotBeMeantIsAUsageErrorThatNamesItsPlace(t *testing.T) {
	for _, c := range []struct {
		flag, variable, value, want string
	}{
		{"workers", "", "0", "--workers is 0; it is auto, or a whole number from 1 to 1024"},
		{"workers", "", "1025", "--workers is 1025"},
		{"", "NIGHTPRESS_ATTEMPTS", "many", "NIGHTPRESS_ATTEMPTS is many"},
		{"attempts", "", "21", "--attempts is 21"},
		{"max-tokens-per-post", "", "-1", "--max-tokens-per-post is -1"},
		{"patience", "", "soon", "--patience is soon"},
		{"patience", "", "-2h", "--patience is -2h"},
	} {
		_, err := load(t, "", map[string]string{c.flag: c.value}, map[string]string{c.variable: c.value})
		if exit.Code(err) != exit.BadUsage || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s%s: %v, want %q", c.flag, c.variable, err, c.want)
		}
	}
}

func TestNamesOfModelsKeepTheirEntriesAndPatternsWaitForTheServer(t *testing.T) {
	const file = "[[model]]\nname = \"a\"\nnum_ctx = 6000\n[[model]]\nname = \"b\"\n"
	s, err := load(t, file, map[string]string{"models": "b,new, a"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Models) != 3 || s.Models[0].Name != "b" || s.Models[1].NumCtx != s.Defaults.NumCtx || s.Models[2].NumCtx != 6000 || s.Wanted != nil {
		t.Errorf("%+v, %q (%v)", s.Models, s.Wanted, err)
	}
	s, err = load(t, file, map[string]string{"models": "b,ll*"}, nil)
	if err != nil || !slices.Equal(s.Wanted, []string{"b", "ll*"}) {
		t.Errorf("%q (%v)", s.Wanted, err)
	}
	s, err = load(t, "", nil, nil)
	if err != nil || exit.Code(s.NeedModels()) != exit.BadUsage || s.Patience != 2*time.Hour {
		t.Errorf("no model is named: %v (%v)", s.NeedModels(), err)
	}
}

func TestACommandWithATokenIsNotShown(t *testing.T) {
	s, err := load(t, "[run]\non_finish = \"curl -H 'Authorization: secret'\"\n[server]\nurl = \"http://me:secret@127.0.0.1:1\"\n", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range s.Origins() {
		if strings.Contains(o.Shown(), "secret") {
			t.Errorf("%s shows %q", o.Key, o.Shown())
		}
	}
}

func TestHowTopicsAreReadStandsInTheFileAndFlagsWin(t *testing.T) {
	const file = "[input]\ntopic_column = \"Title\"\nwhere = [\"status=pending\", \"lang!=fr\"]\ncolumns = [\"product=Name\"]\n"
	s, err := load(t, file, map[string]string{"topic-column": "Keyword", "where": "status=done"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Input.TopicColumn != "Keyword" || !slices.Equal(s.Input.Columns, []string{"product=Name"}) {
		t.Errorf("%+v", s.Input)
	}
	for _, want := range []settings.Origin{{Key: "input.topic_column", Value: "Keyword", From: "--topic-column"}, {Key: "input.where", Value: "status=done", From: "--where"}, {Key: "input.columns", Value: "product=Name", From: "models.toml"}, {Key: "input.sheet", From: "default"}} {
		if !slices.Contains(s.Origins(), want) {
			t.Errorf("%+v is not in %v", want, s.Origins())
		}
	}
}
