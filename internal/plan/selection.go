package plan

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/nightpress/nightpress/internal/near"
	"github.com/nightpress/nightpress/output"
)

// Selection chooses a part of the jobs. Names choose topics, and words such as
// "rejected" choose jobs by their disposition; where there are both, a job has
// to meet both. The zero value chooses every job.
type Selection struct {
	// names are topics, slugs, and patterns of slugs.
	names []selected
	// exact has the names' places by their text in lower case, and patterns are
	// the places of those that may be patterns.
	exact    map[string]int
	patterns []int
	// words are the dispositions that were asked for.
	words []string
}

// selected is a name and whether any topic had it.
type selected struct {
	name  string
	found bool
}

// Words are the words for dispositions, those for several first.
var Words = append([]string{"pending", "done", "rejected", "kept", "set-aside"}, "new", "interrupted", "missing", "replaced", "redo", "restored", "blocked")

// Add adds a name or a word.
func (s *Selection) Add(text string) {
	if slices.Contains(Words, text) {
		s.words = append(s.words, text)
		return
	}
	s.AddName(text)
}

// AddName adds a name that may be any word.
func (s *Selection) AddName(name string) {
	key := strings.ToLower(name)
	if _, twice := s.exact[key]; twice {
		return
	}
	if s.exact == nil {
		s.exact = map[string]int{}
	}
	s.exact[key] = len(s.names)
	if strings.ContainsAny(name, `*?[\`) {
		s.patterns = append(s.patterns, len(s.names))
	}
	s.names = append(s.names, selected{name: name})
}

// All reports whether every job is chosen.
func (s *Selection) All() bool { return len(s.names) == 0 && len(s.words) == 0 }

// Rejected reports whether rejected jobs are asked for by their word.
func (s *Selection) Rejected() bool { return slices.Contains(s.words, "rejected") }

// topics leaves the candidates of a chunk whose topic has a name that is
// chosen, and notes which names were found.
func (s *Selection) topics(chunk []*Candidate) []*Candidate {
	if len(s.names) == 0 {
		return chunk
	}
	var chosen []*Candidate
	for _, c := range chunk {
		has := false
		find := func(i int) { s.names[i].found, has = true, true }
		for _, name := range []string{c.Topic.Text, c.Slug} {
			if i, ok := s.exact[strings.ToLower(name)]; ok {
				find(i)
			}
		}
		for _, i := range s.patterns {
			if Matches(s.names[i].name, c.Slug) {
				find(i)
			}
		}
		if has {
			chosen = append(chosen, c)
		}
	}
	return chosen
}

// Matches reports whether a slug matches a pattern with "*", "?", and "[a-z]".
// Letter case does not count. What is no pattern, as a topic with a "[" in it,
// matches nothing.
func Matches(pattern, slug string) bool {
	ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(slug))
	return ok && err == nil
}

// has reports whether a candidate has a disposition that is chosen.
func (s *Selection) has(c *Candidate) bool {
	return len(s.words) == 0 || slices.ContainsFunc(s.words, func(w string) bool { return c.is(w) })
}

// is reports whether the candidate has the disposition of a word.
func (c *Candidate) is(word string) bool {
	d := c.Disposition
	switch word {
	case "pending":
		return d.Asks()
	case "done":
		return d == Done || d == KeptDone || d == Restored
	case "rejected":
		// One that is asked for again and was interrupted is still chosen when the
		// same command resumes.
		return d == Rejected || d == Retried || d == Interrupted && c.seen.Variant > 0
	case "set-aside":
		return d == SetAside || d == Blocked
	}
	return d.String() == word
}

// EmptySelectionError is a selection of which a part chooses nothing.
type EmptySelectionError struct {
	// Name is what chooses nothing.
	Name string
	// There says what there is instead, such as "12 done, 3 kept", where Name is
	// a word for a disposition.
	There string
	hint  string
}

func (e *EmptySelectionError) Error() string {
	if e.There != "" {
		return fmt.Sprintf("--only %s: no job is %s; there are %s", e.Name, e.Name, e.There)
	}
	return fmt.Sprintf("--only %s matches no topic and no slug", e.Name)
}

// Hint is what to type.
func (e *EmptySelectionError) Hint() string { return e.hint }

// CheckSelection returns an *EmptySelectionError for the first part of the
// selection that chooses nothing. Count comes before.
func (w *Plan) CheckSelection(ctx context.Context) error {
	for i := range w.Only.names {
		if n := &w.Only.names[i]; !n.found {
			near, err := w.near(ctx, n.name)
			if err != nil {
				return err
			}
			return &EmptySelectionError{Name: n.name, hint: near}
		}
	}
	for _, word := range w.Only.words {
		if !slices.Contains(w.chosen, word) {
			return &EmptySelectionError{Name: word, There: w.there(), hint: "nightpress status"}
		}
	}
	return nil
}

// choose reports whether the selection has a candidate, and notes which of its
// words it has.
func (w *Plan) choose(c *Candidate) bool {
	w.all[c.Disposition]++
	for _, word := range w.Only.words {
		if c.is(word) && !slices.Contains(w.chosen, word) {
			w.chosen = append(w.chosen, word)
		}
	}
	return w.Only.has(c)
}

// there says which jobs there are.
func (w *Plan) there() string {
	var parts []string
	for d, n := range w.all {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", humanize.Comma(int64(n)), strings.ReplaceAll(Disposition(d).String(), "_", "-")))
		}
	}
	return strings.Join(parts, ", ")
}

// near says which slugs are near to a name that nothing has.
func (w *Plan) near(ctx context.Context, name string) (string, error) {
	n := NearSlugs(name)
	slugs := w.Posts.Ledger.PreviewSlugs().Slugs
	for chunk, err := range w.chunks() {
		if err == nil {
			err = w.name(ctx, chunk, slugs)
		}
		if err != nil {
			return "", err
		}
		for _, c := range chunk {
			n.Add(c.Slug)
		}
	}
	return n.Question(), nil
}

// Nearest finds the slugs that are nearest to a name or pattern, one slug after
// the other: it holds no more than the nearest.
type Nearest struct {
	wanted string
	// begins: the name is a pattern, and what slugs begin with counts.
	begins bool
	// keys are what the nearest slugs were compared by, and slugs has the first
	// slug of each.
	keys  []string
	slugs map[string]string
}

// NearSlugs begins to look for the slugs that are near to a name or pattern.
func NearSlugs(name string) *Nearest {
	return &Nearest{wanted: output.Slug(strings.Trim(name, "*?")), begins: strings.HasSuffix(name, "*"), slugs: map[string]string{}}
}

// Add looks at a slug.
func (n *Nearest) Add(slug string) {
	key := slug
	if n.begins {
		key = slug[:min(len(slug), len(n.wanted))]
	}
	if n.slugs[key] != "" {
		return
	}
	n.slugs[key] = slug
	n.keys = near.Names(n.wanted, append(n.keys, key))
	if !slices.Contains(n.keys, key) {
		delete(n.slugs, key)
	}
}

// Question asks whether one of the nearest was meant, or is "" where none is
// near.
func (n *Nearest) Question() string {
	var names []string
	for _, key := range n.keys {
		names = append(names, n.slugs[key])
	}
	return near.Question(names)
}
