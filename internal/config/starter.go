package config

import (
	"fmt"
	"strings"
)

// Starter is a models.toml with every key explained, for these models: the first
// is enabled, and the others are comments, so that a first run loads one model
// and not all. With none it names an example.
func Starter(models []string) []byte {
	var b strings.Builder
	b.WriteString(starter)
	if len(models) == 0 {
		models = []string{ExampleModel}
	}
	fmt.Fprintf(&b, "\n[[model]]\nname = %q\n%s", models[0], starterModel)
	if len(models) > 1 {
		b.WriteString("\n# The server has these models too. To use one, remove the # of both its lines.\n")
	}
	for _, m := range models[1:] {
		fmt.Fprintf(&b, "# [[model]]\n# name = %q\n", m)
	}
	return []byte(b.String())
}

// ExampleModel is the model that Starter names where it is given none.
const ExampleModel = "llama3.2"

const starter = `# What nightpress asks, of which server and models. A line that begins with #
# shows a key with its default.

[server]
# url = "127.0.0.1:11434"        # OLLAMA_HOST wins over it
# require_no_cloud = false       # true: refuse a server whose cloud features are not off
# first_token_timeout = "10m"    # wait for a first token; grows with the prompt and the requests under way
# idle_timeout = "5m"            # silence between two tokens; grows with the longest prompt seen
# load_timeout = "30m"           # loading a model
# lookup_timeout = "1m"          # anything else that the server is asked, such as its list of models

# Several servers: one [[servers]] for each, instead of the url above.
# [[servers]]
# name = "big"                   # tells the servers apart
# url = "192.168.0.7:11434"
# workers = "auto"
# models = ["qwen*"]             # patterns of the models that it is used for; default: all that it has
# headers = { Authorization = "env:OLLAMA_TOKEN" }   # values come from the environment alone

[defaults]
# prompt = "blog-post"           # see: nightpress prompts list
# out = "posts"                  # folder of the posts
# workers = "auto"               # requests under way at once at each server: found from what it does, or a number
# attempts = 4                   # most requests for one post
# seed = 1                       # another number gives other posts
# num_ctx = 8192                 # context window in tokens: prompt and reply together
# num_predict = 4096             # most tokens of a reply, thinking included
# max_tokens_per_post = 0        # most tokens that all attempts at one post may cost; 0: no bound
# think = false                  # true, false, "low", "medium", "high", "max"
# think_budget = 0               # most tokens of thinking; 0: three quarters of num_predict
# keep_replies = "all"           # "rejected": keep the raw replies of rejected jobs alone
# [defaults.options]             # the server's sampling options
# temperature = 0.8

[output]
# site = "plain"                 # hugo, jekyll, eleventy or astro: names, front matter and escapes that it needs
# layout = "per-model"           # "flat": no folder for the model; then there can be one model alone
# bundle = false                 # true: a folder for each post, <slug>/index.md, with room for its pictures
# language = ""                  # of new slugs: "German" spells ä as ae, "Danish" å as aa; "" leaves accents off
# front_matter = []              # columns of the topics for the front matter of their posts: ["date", "author", "image"]
# draft = false                  # true: the site generator takes the posts for drafts

[run]
# on_finish = ""                 # a shell command when a run has ended: "notify-send nightpress ended"
# on_event = ""                  # a shell command when a server is away for long, a disk fills up, ...: docs/notify.md
# while = ""                     # a shell command; the run proceeds only while it succeeds: "! pgrep -x steam"

[fleet]
# urls = []                      # an existing NATS server or cluster: ["nats://10.0.0.7:4222"]; run --fleet starts its own without one
# creds = ""                     # a file with credentials for it; a token comes from NIGHTPRESS_FLEET_TOKEN
# ca = ""                        # a file with the certificates that are trusted
# cert = ""                      # with key: TLS for the server that run --fleet starts, or this machine's at another
# key = ""
# replicas = 1                   # how many servers of a cluster keep each message
# prefix = "nightpress"          # begins the names of streams; another one for each folder that shares a NATS server

# One [[model]] for each; posts/<label>/ gets its posts.
`

const starterModel = `# label = "small"                # folder; default: the name
# prompt = "blog-post"           # another prompt for this model
# mode = "text"                  # "structured": header fields by a JSON schema, then the body; for models too small to hold a format
# think = false
# num_ctx = 8192
# num_predict = 4096
# [model.options]
# temperature = 0.7
`
