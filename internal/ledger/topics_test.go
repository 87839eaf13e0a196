package ledger_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
	"pgregory.net/rapid"
)

// ident is the n-th topic that wants a slug; many want the same, in any case.
func ident(n int, slug string) ledger.TopicIdent {
	return ledger.TopicIdent{Key: fmt.Sprint("key ", n), Text: slug, Slug: slug, Clash: fmt.Sprintf("%s-%08x", slug, n)}
}

// While jobs are counted, slugs are previewed, and posts are looked for there;
// they are given as the jobs begin, hours later.
func TestEveryTopicIsGivenTheSlugOfThePreview(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		var all []ledger.TopicIdent
		for n := range rapid.IntRange(1, 30).Draw(r, "topics") {
			all = append(all, ident(n, rapid.SampledFrom([]string{"cats", "Cats", "CATS", "bees", "tea"}).Draw(r, "slug")))
		}
		// Some were given in an earlier run, in another order.
		for _, t := range rapid.Permutation(all).Draw(r, "earlier")[:rapid.IntRange(0, len(all)).Draw(r, "given")] {
			if _, err := l.GiveSlugs(r.Context(), []ledger.TopicIdent{t}); err != nil {
				r.Fatal(err)
			}
		}
		size := rapid.IntRange(1, 8).Draw(r, "chunk")
		f := l.PreviewSlugs()
		var previewed, given []string
		for chunk := range slices.Chunk(all, size) {
			slugs, err := f.Slugs(r.Context(), chunk)
			if err != nil {
				r.Fatal(err)
			}
			previewed = append(previewed, slugs...)
		}
		for chunk := range slices.Chunk(all, size) {
			slugs, err := l.GiveSlugs(r.Context(), chunk)
			if err != nil {
				r.Fatal(err)
			}
			given = append(given, slugs...)
		}
		if !slices.Equal(previewed, given) {
			r.Errorf("previewed %q, given %q", previewed, given)
		}
		folded := map[string]bool{}
		for _, slug := range given {
			if s := strings.ToLower(slug); folded[s] {
				r.Errorf("%s is two topics'", slug)
			} else {
				folded[s] = true
			}
		}
	})
}

// A slug column can guess the hash that sets two topics apart.
func TestATopicThatCanHaveNoSlugIsFoundBeforeAnythingIsAsked(t *testing.T) {
	l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	all := []ledger.TopicIdent{ident(1, "cats"), ident(2, "cats-00000003"), ident(3, "cats")}
	if _, err := l.PreviewSlugs().Slugs(t.Context(), all); err == nil || !strings.Contains(err.Error(), `"cats"`) {
		t.Errorf("previewed: %v", err)
	}
	if _, err := l.GiveSlugs(t.Context(), all); err == nil || !strings.Contains(err.Error(), `"cats"`) {
		t.Errorf("given: %v", err)
	}
	// All or none.
	if slugs, err := l.Slugs(t.Context(), all[:1]); err != nil || slugs[0] != "" {
		t.Errorf("given all the same: %q, %v", slugs, err)
	}
}
