package config

import (
	"time"

	"github.com/nightpress/nightpress/internal/language"
)

// Config is a models.toml with the defaults filled in.
type Config struct {
	// Path is the path of the file, which may be missing.
	Path   string
	Server Server `toml:"server"`
	// Servers are used instead of Server.URL where there is one.
	Servers  []Host   `toml:"servers"`
	Defaults Defaults `toml:"defaults"`
	Input    Input    `toml:"input"`
	Output   Output   `toml:"output"`
	Run      Run      `toml:"run"`
	Batch    Batch    `toml:"batch"`
	Fleet    Fleet    `toml:"fleet"`
	Models   []Model  `toml:"model"`
	// Values holds closed lists that replace those of prompts' fields, by the
	// prompt's name and the field's key.
	Values map[string]map[string][]string `toml:"prompt"`
	// set holds the keys in the file, such as "defaults.workers".
	set map[string]bool
}

// Server holds the server's address and the limits of requests.
type Server struct {
	// URL is the server's address in the form of OLLAMA_HOST; "" means the
	// loopback address.
	URL string `toml:"url"`
	// RequireNoCloud refuses a server whose cloud features are not off.
	RequireNoCloud bool `toml:"require_no_cloud"`
	// FirstToken, Idle, Load and Lookup limit phases and kinds of requests; 0
	// means the client's default.
	FirstToken Duration `toml:"first_token_timeout"`
	Idle       Duration `toml:"idle_timeout"`
	Load       Duration `toml:"load_timeout"`
	Lookup     Duration `toml:"lookup_timeout"`
}

// Defaults applies to every model that does not override it.
type Defaults struct {
	Prompt string `toml:"prompt"`
	Out    string `toml:"out"`
	// Workers is how many requests are in progress at once, for each server.
	Workers  Workers `toml:"workers"`
	Attempts int     `toml:"attempts"`
	// Samples is how many posts there are for each topic and model.
	Samples int `toml:"samples"`
	// Seed is the setting from which every job's seed is derived.
	Seed int64 `toml:"seed"`
	// NumCtx is the context window, and NumPredict is the limit of a reply,
	// both in tokens.
	NumCtx     int `toml:"num_ctx"`
	NumPredict int `toml:"num_predict"`
	// MaxTokens limits the tokens of all attempts at one post; 0 means no
	// limit.
	MaxTokens int `toml:"max_tokens_per_post"`
	Think     any `toml:"think"`
	// ThinkBudget is the most tokens of thinking; 0 means three quarters of
	// NumPredict.
	ThinkBudget int            `toml:"think_budget"`
	Options     map[string]any `toml:"options"`
	// KeepReplies says which raw replies the ledger stores: "all" or
	// "rejected".
	KeepReplies string `toml:"keep_replies"`
}

// Input is how topics files are read. The flags of the same names override it.
type Input struct {
	// TopicColumn is the column with the topics, by name or number; "" means the
	// usual one.
	TopicColumn string `toml:"topic_column"`
	// Columns rename columns, each as "name=column", and Where selects rows, each
	// as "column=value".
	Columns []string `toml:"columns"`
	Where   []string `toml:"where"`
	// Encoding and Sheet are the file's encoding, and the sheet of a workbook; ""
	// means the usual ones.
	Encoding string `toml:"encoding"`
	Sheet    string `toml:"sheet"`
}

// Output is how posts are written.
type Output struct {
	// Site is the site generator, one of Sites.
	Site string `toml:"site"`
	// Layout is "per-model" (a folder for each model) or "flat".
	Layout string `toml:"layout"`
	// Bundle gives each post a folder of its own: <slug>/index.md.
	Bundle bool `toml:"bundle"`
	// FrontMatter are columns of the topics that posts have in their front
	// matter, by their keys there.
	FrontMatter []string `toml:"front_matter"`
	// Draft marks posts as drafts.
	Draft bool `toml:"draft"`
	// Provenance says what the front matter tells of how a post was made:
	// "short", or "full".
	Provenance string `toml:"provenance"`
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

// Run holds the settings of a run as a whole.
type Run struct {
	// OnFinish is a shell command that is run after a run; "" means none.
	OnFinish string `toml:"on_finish"`
	// OnEvent is a shell command that is run for each event of a run; "" means
	// none.
	OnEvent string `toml:"on_event"`
	// While is a shell command. A run proceeds only while it succeeds; "" means
	// always.
	While string `toml:"while"`
}

// Batch says what the posts of a model must not have in common.
type Batch struct {
	// Unique are the keys of fields that no two posts may have alike.
	Unique []string `toml:"unique"`
	// Near is the share of common phrases from which two posts are
	// near-duplicates, from 0.7 to 1; 0 means that none are.
	Near float64 `toml:"near_duplicates"`
}

// On reports whether posts are compared.
func (b Batch) On() bool { return len(b.Unique) > 0 || b.Near > 0 }

// Fleet is how the machines of a fleet reach each other.
type Fleet struct {
	// URLs are an existing NATS server, or the servers of a cluster. Without one,
	// "run --fleet" starts its own.
	URLs []string `toml:"urls"`
	// Creds is a file with the credentials for it.
	Creds string `toml:"creds"`
	// CA is a file with the certificates that are trusted. Cert and Key are this
	// machine's: of the server that "run --fleet" starts, or of a client.
	CA   string `toml:"ca"`
	Cert string `toml:"cert"`
	Key  string `toml:"key"`
	// Replicas is how many servers of a cluster keep each message.
	Replicas int `toml:"replicas"`
	// Prefix begins the names of streams and subjects.
	Prefix string `toml:"prefix"`
}

// Sites, Layouts, and Provenances are the values of the keys of Output.
var (
	Sites       = []string{"plain", "hugo", "jekyll", "eleventy", "astro"}
	Layouts     = []string{"per-model", "flat"}
	Provenances = []string{"short", "full"}
)

// Model is one [[model]].
type Model struct {
	Name   string `toml:"name"`
	Label  string `toml:"label"`
	Prompt string `toml:"prompt"`
	// Mode is one of Modes; "" means the prompt's mode.
	Mode        string         `toml:"mode"`
	Think       any            `toml:"think"`
	ThinkBudget int            `toml:"think_budget"`
	Samples     int            `toml:"samples"`
	NumCtx      int            `toml:"num_ctx"`
	NumPredict  int            `toml:"num_predict"`
	Options     map[string]any `toml:"options"`
}

// Modes are the ways to request a post.
var Modes = []string{"text", "structured"}

// Duration is written as "90s" or "30m".
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// Default returns the settings without a file.
func Default() *Config {
	return &Config{
		Path: "models.toml",
		Defaults: Defaults{
			Prompt: "blog-post", Out: "posts", Workers: Auto, Attempts: 4, Samples: 1, Seed: 1,
			NumCtx: 8192, NumPredict: 4096, KeepReplies: "all",
		},
		Output: Output{Site: "plain", Layout: "per-model", Provenance: "short"},
		Fleet:  Fleet{Replicas: 1, Prefix: "nightpress"},
		set:    map[string]bool{},
	}
}

// Has reports whether the file sets a key, such as "defaults.workers".
func (c *Config) Has(key string) bool { return c.set[key] }

// Named returns the entries of models with these names or labels. A name that is
// not in the file gets a new entry with the defaults.
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

// withDefaults fills in the missing values of an entry.
func (c *Config) withDefaults(m Model) Model {
	if m.NumCtx == 0 {
		m.NumCtx = c.Defaults.NumCtx
	}
	if m.NumPredict == 0 {
		m.NumPredict = c.Defaults.NumPredict
	}
	if m.Samples == 0 {
		m.Samples = c.Defaults.Samples
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
