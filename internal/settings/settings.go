package settings

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/secret"
)

// DefaultPath is where models.toml is unless a flag or the environment names
// another file.
const DefaultPath = "models.toml"

// DefaultPatience is how long a run waits for a server that is away.
const DefaultPatience = 2 * time.Hour

// Settings is what is in force.
type Settings struct {
	*config.Config
	// PromptGiven is set when a flag or the environment chose the prompt,
	// which then holds for every model.
	PromptGiven bool
	// Wanted are the names that were given for the models, where a pattern is
	// among them: the server's list makes Models of them.
	Wanted []string
	// Hosts are the servers; there is at least one.
	Hosts []Host
	// Patience is how long a run waits for a server that is away.
	Patience time.Duration
	// origins are the values that one setting has for the whole run.
	origins []Origin
}

// Origin is one value that is in force and where it came from: a flag, a
// variable, "models.toml", or "default".
type Origin struct{ Key, Value, From string }

// commands are the keys of commands for the shell.
var commands = []string{"run.on_finish", "run.on_event", "run.while"}

// Shown is the value as it may be printed and logged. A command for the shell
// often holds a token, so it is not.
func (o Origin) Shown() string {
	if slices.Contains(commands, o.Key) && o.Value != "" {
		return "a command"
	}
	return secret.Mask(o.Value)
}

// Given returns the value of a flag, and whether it was set on the command
// line. A flag that the command does not have is not set.
type Given func(flag string) (value string, set bool)

// Path is where models.toml is, and whether a flag or the environment named it.
func Path(given Given, getenv func(string) string) (path string, named bool) {
	if path, set := given("config"); set {
		return path, true
	}
	if path := getenv("NIGHTPRESS_CONFIG"); path != "" {
		return path, true
	}
	return DefaultPath, false
}

// Load reads models.toml and lays environment and flags over it. models.toml
// need not exist unless a flag or the environment names it. Every error is a
// usage error.
func Load(given Given, getenv func(string) string) (*Settings, error) {
	return load(given, getenv, false)
}

// LoadNew is Load for a models.toml that is about to be written: it need not
// exist, whoever names it.
func LoadNew(given Given, getenv func(string) string) (*Settings, error) {
	return load(given, getenv, true)
}

func load(given Given, getenv func(string) string, missing bool) (*Settings, error) {
	s := &Settings{}
	path, named := Path(given, getenv)
	named = named && !missing
	c, err := config.Load(path)
	if err != nil && config.IsMissing(err) && !named {
		c, err = config.Default(), nil
		c.Path = path
	}
	if err != nil {
		return nil, exit.Usage(err)
	}
	s.Config = c
	o := overlay{given: given, getenv: getenv, s: s}
	s.Defaults.Out = inHome(o.text("defaults.out", "out", "NIGHTPRESS_OUT", s.Defaults.Out), getenv)
	s.Defaults.Prompt = o.text("defaults.prompt", "prompt", "NIGHTPRESS_PROMPT", s.Defaults.Prompt)
	s.PromptGiven = o.last().From != fromFile && o.last().From != fromDefault
	s.Input.TopicColumn = o.text("input.topic_column", "topic-column", "", s.Input.TopicColumn)
	_ = o.text("input.columns", "column", "", strings.Join(s.Input.Columns, ", "))
	_ = o.text("input.where", "where", "", strings.Join(s.Input.Where, ", "))
	s.Input.Encoding = o.text("input.encoding", "encoding", "", s.Input.Encoding)
	s.Input.Sheet = o.text("input.sheet", "sheet", "", s.Input.Sheet)
	s.Output.Site = o.text("output.site", "", "", s.Output.Site)
	s.Output.Layout = o.text("output.layout", "", "", s.Output.Layout)
	s.Output.Language = o.text("output.language", "", "", s.Output.Language)
	_ = o.text("output.front_matter", "", "", strings.Join(s.Output.FrontMatter, ", "))
	s.Run.OnFinish = o.text("run.on_finish", "", "", s.Run.OnFinish)
	s.Run.OnEvent = o.text("run.on_event", "", "", s.Run.OnEvent)
	s.Run.While = o.text("run.while", "", "", s.Run.While)
	s.Defaults.Workers = o.workers("defaults.workers", "workers", "NIGHTPRESS_WORKERS", s.Defaults.Workers)
	everywhere := o.last().From != fromFile && o.last().From != fromDefault
	o.hosts(everywhere)
	s.Defaults.Attempts = o.number("defaults.attempts", "attempts", "NIGHTPRESS_ATTEMPTS", s.Defaults.Attempts, 20)
	s.Defaults.Samples = o.number("defaults.samples", "samples", "", s.Defaults.Samples, config.MostSamples)
	if from := o.last().From; from != fromFile && from != fromDefault {
		for i := range s.Models {
			s.Models[i].Samples = s.Defaults.Samples
		}
	}
	s.Defaults.MaxTokens = o.tokens("defaults.max_tokens_per_post", "max-tokens-per-post", "NIGHTPRESS_MAX_TOKENS_PER_POST", s.Defaults.MaxTokens)
	s.Patience = o.span("patience", "patience", DefaultPatience)
	if names := o.text("models", "models", "NIGHTPRESS_MODELS", ""); names != "" {
		list := strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' })
		if slices.ContainsFunc(list, IsPattern) {
			s.Wanted = list
		} else {
			s.Models = s.Named(list)
		}
	} else if len(s.Models) > 0 {
		var named []string
		for _, m := range s.Models {
			named = append(named, m.Name)
		}
		s.origins[len(s.origins)-1] = Origin{"models", strings.Join(named, ","), fromFile}
	}
	return s, exit.Usage(o.err)
}

// IsPattern reports whether a name that was given for a model stands for
// several.
func IsPattern(name string) bool { return strings.ContainsAny(name, `*?[\`) }

// NeedModels is an error when no model is named anywhere.
func (s *Settings) NeedModels() error {
	if len(s.Models) > 0 {
		return nil
	}
	hint := "name one: -m llama3.2 (ollama list shows what the server has)"
	if _, err := os.Stat(s.Path); err != nil {
		hint += ", or write a models.toml: nightpress init"
	}
	return exit.Usage(fmt.Errorf("no model is named: neither with -m nor in %s", s.Path), hint)
}
