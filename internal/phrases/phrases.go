// Package phrases holds what models say in many languages: how they refuse,
// apologize, think aloud, and talk about their reply. Each list is a text file
// that a translator can edit: one phrase a line, in lower case and with plain
// apostrophes; lines that begin with # are comments.
package phrases

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed *.txt
var files embed.FS

// The lists; the head of each file says what they are for. They are read-only.
var (
	Apologies       = list("apologies")
	Refusals        = list("refusals")
	RefusalSubjects = list("refusal-subjects")
	RefusalVerbs    = list("refusal-verbs")
	RefusalsWithin  = list("refusals-within")
	Conjunctions    = list("conjunctions")
	Contrasts       = list("contrasts")
	Musings         = list("musings")
	Continuations   = list("continuations")
	Clarifications  = list("clarifications")
	// SumsUp is how a paragraph begins that closes a post.
	SumsUp = list("sums-up")
	// Placeholders are what stands in brackets where a hole was left.
	Placeholders = list("placeholders")
	// Openers and Closers are about the reply, above and below a post.
	Openers = arrowed("openers")
	Closers = arrowed("closers")
	// Labels are what models call a field, by the field's key.
	Labels = keyed("labels")
	// ForeignLabels are header lines that models add and a contract seldom has.
	ForeignLabels = list("foreign-labels")
)

// list reads a file. A missing one is a fault of the build.
func list(name string) []string {
	text, err := files.ReadFile(name + ".txt")
	if err != nil {
		panic(fmt.Sprintf("phrases: %v", err))
	}
	var all []string
	for _, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	return all
}

// keyed reads a file of lines "key: value, value".
func keyed(name string) map[string][]string {
	all := map[string][]string{}
	for _, line := range list(name) {
		key, values, ok := strings.Cut(line, ":")
		if !ok {
			panic(fmt.Sprintf("phrases: %s.txt: no colon in %q", name, line))
		}
		for _, v := range strings.Split(values, ",") {
			all[key] = append(all[key], strings.TrimSpace(v))
		}
	}
	return all
}

// Remark is how a paragraph begins that is about the reply, and the words of
// which one follows; none means that none need follow.
type Remark struct {
	Begins string
	Holds  []string
}

// arrowed reads a file of lines "beginning => word, word".
func arrowed(name string) (all []Remark) {
	for _, line := range list(name) {
		begins, words, _ := strings.Cut(line, "=>")
		r := Remark{Begins: strings.TrimSpace(begins)}
		for _, w := range strings.Split(words, ",") {
			if w = strings.TrimSpace(w); w != "" {
				r.Holds = append(r.Holds, w)
			}
		}
		all = append(all, r)
	}
	return all
}
