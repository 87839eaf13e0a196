package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/nightpress/nightpress/internal/filename"
)

// bound is the range of an option of the server.
type bound struct {
	whole    bool
	min, max float64
}

// options holds the sampling options of the server (api/types.go, v0.17.4) and
// their meaningful ranges. The server itself ignores unknown names and accepts
// any number.
var options = map[string]bound{
	"temperature":       {false, 0, 5},
	"top_k":             {true, 0, 1 << 20},
	"top_p":             {false, 0, 1},
	"min_p":             {false, 0, 1},
	"typical_p":         {false, 0, 1},
	"repeat_last_n":     {true, -1, 1 << 20},
	"repeat_penalty":    {false, 0, 10},
	"presence_penalty":  {false, -10, 10},
	"frequency_penalty": {false, -10, 10},
	"num_keep":          {true, -1, 1 << 20},
	"num_batch":         {true, 1, 1 << 16},
	"num_gpu":           {true, -1, 1 << 16},
	"main_gpu":          {true, 0, 1 << 10},
	"num_thread":        {true, 0, 1 << 12},
}

// checker collects faults.
type checker struct {
	c     *Config
	lines *lines
	errs  []error
}

// fault adds a fault of a key. Its line is that of the key, or of the nearest
// table around it.
func (k *checker) fault(key, hint, format string, args ...any) {
	k.errs = append(k.errs, &Error{k.c.Path, k.lines.around(key), fmt.Sprintf(format, args...), hint})
}

func (k *checker) within(key string, v, least, most int) {
	if v < least || v > most {
		k.fault(key, fmt.Sprintf("%s = %d", key[lastDot(key)+1:], min(max(v, least), most)), "%s is %d; it must be from %d to %d", plainKey(key), v, least, most)
	}
}

func lastDot(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '.' {
			return i
		}
	}
	return -1
}

// MostSamples bounds the samples of a topic.
const MostSamples = 100

const maxTokens = 1 << 22

func (c *Config) check(l *lines) error {
	k := &checker{c: c, lines: l}
	d := c.Defaults
	k.workers("defaults.workers", d.Workers)
	k.servers()
	k.within("defaults.attempts", d.Attempts, 1, 20)
	k.within("defaults.samples", d.Samples, 1, MostSamples)
	k.window("defaults", d.NumCtx, d.NumPredict)
	k.think("defaults", d.Think)
	k.within("defaults.think_budget", d.ThinkBudget, 0, maxTokens)
	k.within("defaults.max_tokens_per_post", d.MaxTokens, 0, maxTokens)
	k.options("defaults.options", d.Options)
	if d.Out == "" {
		k.fault("defaults.out", `out = "posts"`, "defaults.out is empty, and a folder needs a name")
	}
	if d.Prompt == "" {
		k.fault("defaults.prompt", `prompt = "blog-post"`, "defaults.prompt is empty, and a prompt needs a name")
	}
	if d.KeepReplies != "all" && d.KeepReplies != "rejected" {
		k.fault("defaults.keep_replies", `keep_replies = "all"`, "defaults.keep_replies is %q; it must be \"all\" or \"rejected\"", d.KeepReplies)
	}
	for name, v := range map[string]Duration{"first_token_timeout": c.Server.FirstToken, "idle_timeout": c.Server.Idle, "load_timeout": c.Server.Load, "lookup_timeout": c.Server.Lookup} {
		if v < 0 {
			k.fault("server."+name, name+` = "5m"`, "server.%s is negative", name)
		}
	}
	k.oneOf("output.site", c.Output.Site, Sites)
	k.oneOf("output.layout", c.Output.Layout, Layouts)
	k.oneOf("output.provenance", c.Output.Provenance, Provenances)
	k.output(c.Output)
	k.fleet(c.Fleet)
	k.batch(c.Batch)
	for i, m := range c.Models {
		k.model(entryKey(i), m)
	}
	k.labels()
	return errors.Join(k.errs...)
}

func (k *checker) batch(b Batch) {
	for i, key := range b.Unique {
		if strings.TrimSpace(key) == "" || slices.Contains(b.Unique[:i], key) {
			k.fault("batch.unique", `unique = ["title", "description"]`, "batch.unique has %q; each key of a field must be there once", key)
		}
	}
	if b.Near != 0 && !(b.Near >= 0.7 && b.Near <= 1) {
		k.fault("batch.near_duplicates", "near_duplicates = 0.8", "batch.near_duplicates is %g; it must be from 0.7 to 1, or 0 for none", b.Near)
	}
}

// frontKey is a key that every reader of YAML takes for the same text, and
// that a column can have as its name.
var frontKey = regexp.MustCompile(`^\p{L}[\p{L}\p{N}_-]*$`)

// output checks what a list of values cannot.
func (k *checker) output(o Output) {
	if o.Language != "" && o.LanguageCode() == "" {
		k.fault("output.language", `language = "German"`, "output.language is %q, which is no language that nightpress knows", o.Language)
	}
	seen := map[string]bool{}
	for _, key := range o.FrontMatter {
		switch lower := strings.ToLower(key); {
		case !frontKey.MatchString(key):
			k.fault("output.front_matter", `front_matter = ["date"], and --column date="Publish Date" names its column`,
				"output.front_matter has %q, which cannot be a key; a key has letters, digits, _ and -", key)
		case seen[lower]:
			k.fault("output.front_matter", "", "output.front_matter has %q twice", key)
		default:
			seen[lower] = true
		}
	}
	if o.Bundle && o.Site == "jekyll" {
		k.fault("output.bundle", "bundle = false", "output.bundle does not go with jekyll, which takes a post's day and name from the name of its file")
	}
}

// fleetPrefix is a name that a NATS stream and a subject can begin with.
var fleetPrefix = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// fleet checks how the machines of a fleet reach each other.
func (k *checker) fleet(f Fleet) {
	k.within("fleet.replicas", f.Replicas, 1, 5)
	if !fleetPrefix.MatchString(f.Prefix) {
		k.fault("fleet.prefix", `prefix = "nightpress"`, "fleet.prefix is %q; it has letters, digits, \"_\" and \"-\", at most 32", f.Prefix)
	}
	if (f.Cert == "") != (f.Key == "") {
		k.fault("fleet.cert", `cert = "machine.pem" and key = "machine.key"`, "fleet.cert and fleet.key go together, and one is missing")
	}
	for _, url := range f.URLs {
		if strings.Contains(url, "@") {
			// The token is not shown.
			k.fault("fleet.urls", `urls = ["nats://host:4222"], and export NIGHTPRESS_FLEET_TOKEN=...`, "fleet.urls has a token in the file; it comes from the environment")
		} else if !strings.HasPrefix(url, "nats://") && !strings.HasPrefix(url, "tls://") {
			k.fault("fleet.urls", `urls = ["nats://host:4222"]`, "fleet.urls has %q, which begins with neither nats:// nor tls://", url)
		}
	}
}

// model checks one entry. What it has from the defaults was judged there.
func (k *checker) model(table string, m Model) {
	d := k.c.Defaults
	if m.Name == "" {
		k.fault(table, `name = "llama3.2"`, "a [[model]] has no name")
	}
	if m.NumCtx != d.NumCtx || m.NumPredict != d.NumPredict {
		k.window(table, m.NumCtx, m.NumPredict)
	}
	if m.Mode != "" {
		k.oneOf(table+".mode", m.Mode, Modes)
	}
	if m.ThinkBudget != d.ThinkBudget {
		k.within(table+".think_budget", m.ThinkBudget, 0, maxTokens)
	}
	if m.Samples != d.Samples {
		k.within(table+".samples", m.Samples, 1, MostSamples)
	}
	if !reflect.DeepEqual(m.Think, d.Think) {
		k.think(table, m.Think)
	}
	own := map[string]any{}
	for name, v := range m.Options {
		if _, there := d.Options[name]; !there || k.lines.has(table+".options") {
			own[name] = v
		}
	}
	k.options(table+".options", own)
}

// labels checks that each label can be a separate folder on every system.
func (k *checker) labels() {
	first := map[string]int{}
	for i, m := range k.c.Models {
		key := entryKey(i) + ".label"
		if m.Label == "" {
			if k.lines.has(key) {
				k.fault(key, "remove the line for the label that the model's name gives", "the label is empty, and a folder needs a name")
			}
			continue
		}
		if err := filename.Check(m.Label); err != nil {
			k.fault(key, `label = "small", for example`, "label %q cannot be a folder: %v", m.Label, err)
			continue
		}
		fold := filename.Fold(m.Label)
		if other, taken := first[fold]; taken {
			k.fault(key, fmt.Sprintf("label = %q", m.Label+"-2"), "label %q has the same folder as the label %q in line %d",
				m.Label, k.c.Models[other].Label, k.lines.around(entryKey(other)+".label"))
			continue
		}
		first[fold] = i
	}
}

func (k *checker) oneOf(key, v string, known []string) {
	if !slices.Contains(known, v) {
		k.fault(key, closest(v, known), "%s is %q; it must be one of %s", plainKey(key), v, strings.Join(known, ", "))
	}
}

// window checks that the context window can hold a prompt and a reply.
func (k *checker) window(table string, ctx, predict int) {
	k.within(table+".num_ctx", ctx, 256, maxTokens)
	k.within(table+".num_predict", predict, 16, maxTokens)
	if ctx >= 256 && predict >= 16 && predict >= ctx {
		key := table + ".num_predict"
		if !k.lines.has(key) {
			key = table + ".num_ctx"
		}
		k.fault(key, fmt.Sprintf("num_predict = %d", ctx/2), "num_predict %d leaves no space for the prompt in num_ctx %d", predict, ctx)
	}
}

func (k *checker) think(table string, v any) {
	switch v := v.(type) {
	case nil, bool:
	case string:
		if !slices.Contains([]string{"low", "medium", "high", "max"}, v) {
			k.fault(table+".think", "think = false", "think is %q; it must be true, false, \"low\", \"medium\", \"high\", or \"max\"", v)
		}
	default:
		k.fault(table+".think", "think = false", "think is %v; it must be true, false, or a level", v)
	}
}

func (k *checker) options(table string, all map[string]any) {
	names := make([]string, 0, len(options)+1)
	for n := range options {
		names = append(names, n)
	}
	names = append(names, "stop")
	sort.Strings(names)
	for _, name := range sorted(all) {
		key := table + "." + name
		switch {
		case name == "num_ctx" || name == "num_predict":
			k.fault(key, fmt.Sprintf("write %s = ... above [%s]", name, table), "%s is a key of its own and not an option", name)
		case name == "seed":
			k.fault(key, "write seed = ... below [defaults]", "seed is not an option: each job has its own seed")
		case name == "stop":
			if !texts(all[name]) {
				k.fault(key, `stop = ["..."]`, "stop is a list of strings")
			}
		case !slices.Contains(names, name):
			k.fault(key, closest(name, names), "unknown option %q", name)
		default:
			k.number(key, name, all[name])
		}
	}
}

func (k *checker) number(key, name string, v any) {
	b := options[name]
	var f float64
	switch v := v.(type) {
	case int64:
		f = float64(v)
	case float64:
		f = v
	default:
		k.fault(key, "", "%s is %v; it must be a number", name, v)
		return
	}
	if b.whole && f != math.Trunc(f) {
		k.fault(key, "", "%s is %v; it must be a whole number", name, f)
	} else if !(f >= b.min && f <= b.max) {
		k.fault(key, "", "%s is %v; it must be from %v to %v", name, f, b.min, b.max)
	}
}

func texts(v any) bool {
	list, ok := v.([]any)
	for _, s := range list {
		if _, text := s.(string); !text {
			return false
		}
	}
	return ok
}

func sorted(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
