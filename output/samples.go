package output

import (
	"strconv"
	"strings"
)

// SampleSlug is the slug of a sample of a topic, from 1. The first sample has the
// topic's own slug, which has no dot: "tides", "tides.2".
func SampleSlug(slug string, sample int) string {
	if sample <= 1 {
		return slug
	}
	return slug + "." + strconv.Itoa(sample)
}

// TopicSlug is the slug of the topic whose sample has this slug.
func TopicSlug(slug string) string {
	topic, n, ok := strings.Cut(slug, ".")
	if sample, err := strconv.Atoi(n); !ok || err != nil || sample < 2 {
		return slug
	}
	return topic
}
