package config

import (
	"time"

	"github.com/nightpress/nightpress/internal/language"
)

// Config is a models.toml, complete with defaults.
type Config struct {
	// Path is where it was read from; it need not exist.
	Path     string
	Server   Server   `toml:"server"`
	Defaults Defaults `toml:"defaults"`
	Output   Output   `toml:"output"`
	Run      Run      `toml:"run"`
	Models   []Model  `toml:"model"`
	// Values are closed lists of a prompt's fields in the place of its own: by
	// the prompt's name, then by the field's key.
	Values map[string]map[string][]string `toml:"prompt"`
	// set are the keys that the file has, such as "defaults.workers".
	set map[string]bool
}

// Server is where and how the server is asked.
type Server struct {
	// URL is the server's address as OLLAMA_HOST has it; "" is the loopback.
	URL string `toml:"url"`
	// RequireNoCloud refuses a server whose cloud features are not off.
	RequireNoCloud bool `toml:"require_no_cloud"`
	// FirstToken, Idle, Load and Lookup bound phases and kinds of requests; 0
	// leaves it to the client.
	FirstToken Duration `toml:"first_token_timeout"`
	Idle       Duration `toml:"idle_timeout"`
	Load       Duration `toml:"load_timeout"`
	Lookup     Duration `toml:"lookup_timeout"`
}

// Defaults hold for every model that does not say otherwise.
type Defaults struct {
	Prompt   string `toml:"prompt"`
	Out      string `toml:"out"`
	Workers  int    `toml:"workers"`
	Attempts int    `toml:"attempts"`
	// Seed is the setting from which every job's seed is made.
	Seed int64 `toml:"seed"`
	// NumCtx is the context window and NumPredict the most tokens of a reply.
	NumCtx     int `toml:"num_ctx"`
	NumPredict int `toml:"num_predict"`
	// MaxTokens bounds the tokens that all attempts at one post may cost; 0 is
	// no bound.
	MaxTokens int `toml:"max_tokens_per_post"`
	Think     any `toml:"think"`
	// ThinkBudget is the most tokens of thinking; 0 means three quarters of
	// NumPredict.
	ThinkBudget int            `toml:"think_budget"`
	Options     map[string]any `toml:"options"`
	// KeepReplies is "all" or "rejected": which raw replies the ledger keeps.
	KeepReplies string `toml:"keep_replies"`
}

// Output is how posts are written.
type Output struct {
	// Site is the site generator that they are for: one of Sites.
	Site string `toml:"site"`
	// Layout is "per-model", a folder for each, or "flat".
	Layout string `toml:"layout"`
	// Bundle gives each post a folder of its own: <slug>/index.md.
	Bundle bool `toml:"bundle"`
	// Draft marks posts as drafts.
	Draft bool `toml:"draft"`
	// Language is the language of new slugs, by name or code; "" is none.
	Language string `toml:"language"`
}

// LanguageCode is Language as a code of ISO 639-1, "" for none.
func (o Output) LanguageCode() string {
	l, ok := language.Of(o.Language)
	if !ok {
		return ""
	}
	return l.Code()
}

// Run is what belongs to a run as a whole.
type Run struct {
	// OnFinish is a command for the shell, run when a run has ended; "" is
	// none.
	OnFinish string `toml:"on_finish"`
}

// Sites and Layouts are what Output can be.
var (
	Sites   = []string{"plain", "hugo", "jekyll", "eleventy", "astro"}
	Layouts = []string{"per-model", "flat"}
)

// Model is one [[model]].
type Model struct {
	Name   string `toml:"name"`
	Label  string `toml:"label"`
	Prompt string `toml:"prompt"`
	// Mode is one of Modes; "" leaves it to the prompt.
	Mode        string         `toml:"mode"`
	Think       any            `toml:"think"`
	ThinkBudget int            `toml:"think_budget"`
	NumCtx      int            `toml:"num_ctx"`
	NumPredict  int            `toml:"num_predict"`
	Options     map[string]any `toml:"options"`
}

// Modes are the ways to ask a model for a post.
var Modes = []string{"text", "structured"}

// Duration is written as "90s" or "30m".
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// Default is what is in force without a file.
func Default() *Config {
	return &Config{
		Path: "models.toml",
		Defaults: Defaults{
			Prompt: "blog-post", Out: "posts", Workers: 2, Attempts: 4, Seed: 1,
			NumCtx: 8192, NumPredict: 4096, KeepReplies: "all",
		},
		Output: Output{Site: "plain", Layout: "per-model"},
		set:    map[string]bool{},
	}
}

// Has tells whether the file sets a key, such as "defaults.workers".
func (c *Config) Has(key string) bool { return c.set[key] }

// Named returns the model entries for these names: those of the file where it
// has them, new ones of the defaults else.
func (c *Config) Named(names []string) []Model {
	var chosen []Model
	for _, n := range names {
		found := false
		for _, m := range c.Models {
			if m.Name == n || m.Label != "" && m.Label == n {
				chosen, found = append(chosen, m), true
			}
		}
		if !found {
			chosen = append(chosen, c.withDefaults(Model{Name: n}))
		}
	}
	return chosen
}

// withDefaults fills in what an entry leaves open.
func (c *Config) withDefaults(m Model) Model {
	if m.NumCtx == 0 {
		m.NumCtx = c.Defaults.NumCtx
	}
	if m.NumPredict == 0 {
		m.NumPredict = c.Defaults.NumPredict
	}
	if m.ThinkBudget == 0 {
		m.ThinkBudget = c.Defaults.ThinkBudget
	}
	if m.Think == nil {
		m.Think = c.Defaults.Think
	}
	options := map[string]any{}
	for k, v := range c.Defaults.Options {
		options[k] = v
	}
	for k, v := range m.Options {
		options[k] = v
	}
	m.Options = options
	return m
}
