package config

import (
	"fmt"
	"strings"
)

// Starter returns a models.toml for these models, with a comment for every key. The
// first model is enabled and the others are comments, so that a first run loads only
// one. Without models, the file names an example.
func Starter(models []string) []byte {
	var b strings.Builder
	b.WriteString(starter)
	if len(models) == 0 {
		models = []string{ExampleModel}
	}
	fmt.Fprintf(&b, "\n[[model]]\nname = %q\n%s", models[0], starterModel)
	if len(models) > 1 {
		b.WriteString("\n# The server also has these models. To use one, remove the # from both of its lines.\n")
	}
	for _, m := range models[1:] {
		fmt.Fprintf(&b, "# [[model]]\n# name = %q\n", m)
	}
	return []byte(b.String())
}

// ExampleModel is the model that Starter names if it gets none.
const ExampleModel = "llama3.2"

const starter = `# The settings of nightpress. A line that begins with # shows a key and its default.

[server]
# url = "127.0.0.1:11434"        # OLLAMA_HOST overrides it
# require_no_cloud = false       # true: require that the server's cloud features are off
# first_token_timeout = "10m"    # wait for a first token; grows with the prompt and the requests in progress
# idle_timeout = "5m"            # silence between two tokens; grows with the longest prompt seen
# load_timeout = "30m"           # time to load a model
# lookup_timeout = "1m"          # any other request, such as the list of models

# Several servers: a [[servers]] table for each, instead of the url above.
# [[servers]]
# name = "big"                   # its name in messages and reports
# url = "192.168.0.7:11434"
# workers = "auto"
# models = ["qwen*"]             # patterns of the models that it may run; default: all
# headers = { Authorization = "env:OLLAMA_TOKEN" }   # values come only from the environment

[defaults]
# prompt = "blog-post"           # see: nightpress prompts list
# out = "posts"                  # folder of the posts
# workers = "auto"               # simultaneous requests to each server: found automatically, or a number
# attempts = 4                   # maximum requests for one post
# samples = 1                    # posts for each topic and model, each with its own seed: slug.md, slug.2.md, ...
# seed = 1                       # another number gives other posts
# num_ctx = 8192                 # context window in tokens: prompt and reply together
# num_predict = 4096             # maximum tokens of a reply, including thinking
# max_tokens_per_post = 0        # maximum tokens of all requests for one post; 0: no limit
# think = false                  # true, false, "low", "medium", "high", "max"
# think_budget = 0               # maximum tokens of thinking; 0: three quarters of num_predict
# keep_replies = "all"           # "rejected": keep only the raw replies of rejected jobs
# [defaults.options]             # the server's sampling options
# temperature = 0.8

[input]                          # how topics files are read; the flags of these names override it
# topic_column = ""              # name or number of the column with the topics; default: topic, or the only one
# columns = []                   # new names for columns, as a prompt uses them: ["product=Title"]
# where = []                     # only rows with these values: ["status=pending", "lang!=fr"]
# encoding = ""                  # such as "windows-1252"; default: UTF-8 or UTF-16
# sheet = ""                     # sheet of a workbook, or list in a JSON object; default: the first

[output]
# site = "plain"                 # hugo, jekyll, eleventy, or astro: its file names, front matter, and escapes
# layout = "per-model"           # "flat": no folder for the model, and only one model
# bundle = false                 # true: a folder for each post and its pictures: <slug>/index.md
# language = ""                  # language of new slugs alone: "German" spells ä as ae; for the posts: prompts/blog-post.md
# front_matter = []              # columns to copy into the front matter, such as ["date", "author", "image"]
# draft = false                  # true: mark the posts as drafts for the site generator
# provenance = "short"           # "full": also the messages, the options, and the versions in each post's front matter

# [prompt.blog-post]             # your own closed list of a field instead of the one in the prompt
# categories = ["Garden", "Kitchen"]

[run]
# on_finish = ""                 # shell command after a run: "notify-send nightpress ended"
# on_event = ""                  # shell command when a server is away for long, a disk fills up, ...: docs/notify.md
# while = ""                     # shell command; the run proceeds only while it succeeds: "! pgrep -x steam"

[batch]
# unique = []                    # fields that no two posts of a model may have alike: ["title", "description"]
# near_duplicates = 0            # 0.8: no two posts of a model may share four fifths of their phrases; 0: not checked

[fleet]
# urls = []                      # an existing NATS server or cluster: ["nats://10.0.0.7:4222"]; default: run --fleet starts one
# creds = ""                     # file with its credentials; a token comes from NIGHTPRESS_FLEET_TOKEN
# ca = ""                        # file with the trusted certificates
# cert = ""                      # with key: TLS certificate of the server that run --fleet starts, or of this client
# key = ""
# replicas = 1                   # number of servers in a cluster that keep each message
# prefix = "nightpress"          # prefix of stream names; different for each folder that shares a NATS server

# One [[model]] table for each model. Its posts go to posts/<label>/.
`

const starterModel = `# label = "small"                # folder; default: the name
# prompt = "blog-post"           # another prompt for this model
# mode = "text"                  # "structured": header fields by a JSON schema, then the body; for models too small to keep a format
# samples = 1
# think = false
# num_ctx = 8192
# num_predict = 4096
# [model.options]
# temperature = 0.7
`
