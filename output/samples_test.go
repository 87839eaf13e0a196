package output_test

import (
	"testing"

	"github.com/nightpress/nightpress/output"
	"pgregory.net/rapid"
)

// No topic's own slug looks like that of another topic's sample.
func TestASampleSlugNamesItsTopic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slug := output.Slug(rapid.String().Draw(t, "topic"))
		sample := rapid.IntRange(1, 100).Draw(t, "sample")
		if output.TopicSlug(slug) != slug || output.TopicSlug(output.SampleSlug(slug, sample)) != slug {
			t.Fatalf("%q, sample %d: %q", slug, sample, output.SampleSlug(slug, sample))
		}
	})
	for _, slug := range []string{"a.1", "a.b", "a.", ".2x", "a.2.3"} {
		if got := output.TopicSlug(slug); got != slug {
			t.Errorf("%q is taken for a sample of %q", slug, got)
		}
	}
}

// Samples of one topic may be alike: they are there to be compared.
func TestSamplesOfATopicMayBeAlike(t *testing.T) {
	_, s, taken := posted(t, t.TempDir(), 0.8)
	post := titledPost("Tides", "the water comes and goes twice a day")
	for _, slug := range []string{"tides", "tides.2", "tides.3"} {
		if problems, err := taken.Claim(t.Context(), "m", slug, titled, post); err != nil || len(problems) > 0 {
			t.Errorf("%s: %v, %v", slug, problems, err)
		}
		if slug == "tides.2" {
			saveTitled(t, s, slug, post)
		}
	}
	saveTitled(t, s, "tides", post)
	if problems, err := taken.Claim(t.Context(), "m", "tides.4", titled, post); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	if problems, err := taken.Claim(t.Context(), "m", "waves", titled, post); err != nil || len(problems) != 2 {
		t.Errorf("%v, %v", problems, err)
	}
}
