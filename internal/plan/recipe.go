package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
)

// Names in a recipe that are not those of settings; they are stored.
const (
	recipeModel    = "model"
	recipePrompt   = "prompt"
	recipeContract = "contract"
)

// Recipe holds the settings that the entry's posts share. With the topic's row, it
// determines the job's ID.
func (e *Entry) Recipe(seed int64) ledger.Recipe {
	r := ledger.Recipe{
		recipeModel: e.Digest, recipePrompt: e.Prompt.Fingerprint(), recipeContract: hashOf(e.Prompt.Contract),
		"num_ctx": fmt.Sprint(e.NumCtx), "num_predict": fmt.Sprint(e.NumPredict), "think": fmt.Sprint(e.Think), "seed": fmt.Sprint(seed),
	}
	if e.ThinkBudget != 0 {
		r["think_budget"] = fmt.Sprint(e.ThinkBudget)
	}
	if e.Mode != "" && e.Mode != "text" {
		r["mode"] = e.Mode
	}
	for name, value := range e.Options {
		r[name] = fmt.Sprint(value)
	}
	return r
}

func hashOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "" // not for a contract, which came from a file
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Replacement is a reason why finished posts are replaced, and how many. Its
// JSON names are promised.
type Replacement struct {
	// Changed names what has changed: "model", "prompt", "contract", "row" for
	// the topic's columns, or a setting. It is empty where that is not known.
	Changed []string `json:"changed"`
	Posts   int      `json:"posts"`
}

// Why says the reason to a person.
func (r Replacement) Why() string {
	words := map[string]string{recipeModel: "the model", recipePrompt: "the prompt", recipeContract: "the contract", changedRow: "the topic or its columns"}
	var names []string
	for _, name := range r.Changed {
		if w := words[name]; w != "" {
			name = w
		}
		names = append(names, name)
	}
	switch n := len(names); n {
	case 0:
		return Replaced.Reason()
	case 1:
		return names[0] + " changed"
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1] + " changed"
	}
}

// changedRow is what changed where the recipe did not.
const changedRow = "row"

// replace counts a candidate whose post is replaced, by what changed. The post
// of an older version's run says only which model wrote it.
func (e *Entry) replace(seed int64, c *Candidate) {
	changed := e.changed(seed, c)
	c.changed = Replacement{Changed: changed}
	if e.agreed == 0 || c.seen.PostRun == 0 || c.seen.PostRun >= e.agreed {
		e.Unagreed++
	}
	for i := range e.Replaces {
		if slices.Equal(e.Replaces[i].Changed, changed) {
			e.Replaces[i].Posts++
			return
		}
	}
	e.Replaces = append(e.Replaces, Replacement{changed, 1})
}

// changed names what differs between the post at a candidate's location and the
// one that takes it.
func (e *Entry) changed(seed int64, c *Candidate) []string {
	now := e.Recipe(seed)
	if was := e.recipes.Of(c.seen.PostRun); was != nil && c.seen.PostRun > 0 {
		if names := now.Changed(was); len(names) > 0 {
			return names
		}
		return []string{changedRow}
	}
	if c.seen.PostDigest != "" && c.seen.PostDigest != e.Digest {
		m := e.Model
		m.Digest = c.seen.PostDigest
		if batch.SampleID(batch.NewIdentity(m, e.Prompt.Contract, seed).ID(c.Messages, e.Prompt.Later(c.Topic.Row)), c.Sample) == c.seen.Post.Job {
			return []string{recipeModel}
		}
	}
	return []string{}
}
