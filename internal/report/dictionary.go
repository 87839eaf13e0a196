package report

import (
	"fmt"
	"io"
	"reflect"
	"strings"
)

// meanings say what the fields of a dataset hold, by line and field. "" stands for
// fields of every line.
var meanings = map[string]map[string]string{
	"": {"event": "the kind of the line"},
	"dataset": {
		"nightpress": "version of the program that wrote the dataset", "created": "time, RFC 3339, UTC",
	},
	"setup": {
		"setup": "name of the setup: the start of the SHA-256 of its record", "before": "beginning of what the IDs of the jobs are computed from", "after": "end of it; what was sent is in between",
		"nightpress": "version of the program that made the jobs", "model": "what the server said of the model: name, key, identity, manifest digest, family, parameters, quantization, size in bytes, and chat template",
		"options": "all options that were sent, except the seed", "think": "what was sent as `think`", "mode": "`text`, `structured`, or `sections`", "seed": "setting from which the seeds of the attempts are derived",
		"prompt": "name of the prompt", "template": "file of the prompt, contract included", "servers": "names and versions of the servers of the run",
	},
	"job": {
		"topic": "text of the topic", "slug": "name of the topic's file; a further sample ends with `.2`, `.3`, and so on", "folder": "folder of the posts, if there are several", "label": "label of the entry: a model with its options and prompt",
		"model": "name of the model on the server", "digest": "digest of the model", "prompt": "name of the prompt", "id": "ID of the job, a hash of everything that could change the post", "status": "`done`, `rejected`, `pending`, `kept`, or `set-aside`",
		"outcome": "`first-try`, `later`, `rejected`, `by-hand`, `set-aside`, `unjudged`, or `unfinished`", "reason": "why the job has no post", "attempts": "number of attempts that count", "remedy": "remedy of the accepted attempt",
		"problems": "problems of all attempts, each once; docs/codes.md explains them", "repairs": "repairs of the accepted reply", "words": "words of the body", "headings": "headings of the body", "tags": "tags of the post",
		"tokens": "tokens of all attempts", "wasted_tokens": "of these, tokens that are not in the post", "seconds": "time of all requests", "first_token": "seconds to the first token of the first attempt",
		"tokens_per_second": "speed of the last attempt", "edited": "whether the file was edited after nightpress wrote it", "near_duplicate_of": "slug of an earlier post of the same model that this one nearly repeats", "path": "path of the post in the folder",
		"setup": "name of the setup line; missing if an older version made the job", "columns": "cells of the topic's row that the prompt uses", "system": "system message that was sent", "user": "user message that was sent",
		"title": "title of the post", "description": "description of the post", "categories": "categories of the post", "text": "body of the post, Markdown; at most 4 MB", "tries": "the attempts, in order, also those before a `redo`",
	},
	"tries": {
		"n": "number of the attempt, from 1", "step": "part of a long post", "remedy": "what the attempt asked for", "outcome": "`accepted`, `malformed`, or `failed`", "problems": "problems of the reply", "repairs": "repairs of the reply",
		"error": "failure of the request", "server": "name of the server; missing if there was only one", "seed": "seed that was sent", "started": "time, RFC 3339, UTC", "seconds": "time from the request to the end of the reply",
		"first_token": "seconds to the first token", "load_seconds": "seconds that the server took to load the model", "tokens": "tokens of the reply", "prompt_tokens": "tokens of the prompt", "tokens_per_second": "speed while the reply was generated",
		"aborted": "why nightpress cancelled the reply", "reply": "raw reply, if the ledger has it: see `keep_replies`",
	},
	"rating": {
		"time": "time, RFC 3339, UTC", "criterion": "name of the criterion; missing if the question was which post is better", "rater": "name of the rater; `person` for answers without a name", "judge": "whether the rater is a model",
		"topic": "text of the topic", "slug": "name of the topic's file", "folder": "folder of the posts, if there are several", "winner": "label of the better post; of a tie, either of the two", "loser": "label of the other post", "tie": "whether neither is better",
		"first": "label of the post that was shown first; missing if not known", "winner_id": "ID of the winner's job", "loser_id": "ID of the loser's job", "comment": "the rater's words",
	},
}

// lineTypes are the lines of a dataset in their order, with the nested ones.
var lineTypes = []struct {
	name, about string
	of          any
}{
	{"dataset", "The first line.", datasetLine{}},
	{"setup", "What the jobs of an entry have in common. It comes before the first of them.", setupLine{}},
	{"job", "One topic for one entry, with its post.", jobLine{}},
	{"tries", "An attempt of a job: an element of `tries`.", attemptRow{}},
	{"rating", "An answer to the question which of two posts is better. Only answers about posts that still exist are here.", answerLine{}},
}

// writeDictionary writes what the fields of a dataset mean.
func writeDictionary(w io.Writer, file string) error {
	var b strings.Builder
	fmt.Fprintf(&b, generatorComment+"\n# Data dictionary of %s\n\n", strings.Map(plainName, file))
	b.WriteString("The file holds one JSON object per line, in UTF-8. `event` is the kind of the line. A field is missing if it is empty or not known.\n")
	for _, t := range lineTypes {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| field | type | meaning |\n|---|---|---|\n", t.name, t.about)
		for _, f := range fieldsOf(reflect.TypeOf(t.of)) {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.name, f.kind, meaning(t.name, f.name))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// plainName keeps a file's name from being Markdown or HTML.
func plainName(r rune) rune {
	if strings.ContainsRune("<>&`*_[]|\n\r", r) {
		return '-'
	}
	return r
}

func meaning(line, field string) string {
	if text := meanings[line][field]; text != "" {
		return text
	}
	return meanings[""][field]
}

// field is a field of a line.
type field struct{ name, kind string }

// fieldsOf lists the JSON fields of a type, those of embedded types in their place.
func fieldsOf(t reflect.Type) (all []field) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			all = append(all, fieldsOf(f.Type)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		all = append(all, field{name, kindOf(f.Type)})
	}
	return all
}

// kindOf is the JSON type of a field.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Slice:
		return "list"
	case reflect.Map, reflect.Struct:
		return "object"
	case reflect.Interface:
		return "any"
	}
	return "number"
}
