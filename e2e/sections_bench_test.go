package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// onceTopics is how many long posts are compared.
const onceTopics = 40

// oncePrompt asks for the whole post of long-post in one reply. Its words are those
// that the rehearsal model notices.
const oncePrompt = `+++
[[contract.fields]]
key = "title"
label = "TITLE"
min = 8
max = 140
[[contract.fields]]
key = "description"
label = "META_DESCRIPTION"
min = 30
max = 400
[[contract.fields]]
key = "tags"
label = "TAGS"
kind = "list"
min = 2
[[contract.fields]]
key = "categories"
label = "CATEGORIES"
kind = "list"
min = 1
[contract.body]
min_words = 3600
max_words = 4400
min_headings = 5
+++
Write the whole post in one reply: first the lines TITLE:, META_DESCRIPTION:, TAGS: and CATEGORIES:, then about 4000 words.

TOPIC: {{.topic}}
`

// BenchmarkLongPosts compares the tokens of an accepted long post that is written
// section by section with those of one that is requested in one reply, and requested
// again if it is malformed. The model makes the same faults in both.
func BenchmarkLongPosts(b *testing.B) {
	for range b.N {
		dir := longTopics(b, onceTopics)
		if err := os.MkdirAll(filepath.Join(dir, "prompts"), 0o777); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "prompts", "once.md"), []byte(oncePrompt), 0o666); err != nil {
			b.Fatal(err)
		}
		for _, prompt := range []string{"long-post", "once"} {
			out := filepath.Join(dir, prompt)
			if r := nightpress(dir, "run", "topics.csv", "-m", longModel, "-p", prompt, "-o", prompt, "--max-rejected", "0"); r.code != 0 && r.code != 3 {
				b.Fatalf("exit %d: %s", r.code, r.stderr)
			}
			var l long
			for i := range onceTopics {
				l.add(b, out, showLong(b, dir, fmt.Sprintf("long topic %d", i+1), "-o", prompt))
			}
			b.Logf("%s: %d posts of %d, %d in their words, %d repeating; %d requests, %d tokens, %.0f for each post",
				prompt, l.posts, onceTopics, l.inWords, l.repeating, l.requests, l.tokens, float64(l.tokens)/float64(max(1, l.posts)))
			b.Logf("%s: %d malformed replies of %d tokens, %.1f on average, at most %d", prompt, l.malformed.replies, l.malformed.tokens, l.malformed.mean(), l.malformed.most)
			b.Logf("%s: %d sections of %.1f tokens on average, at most %d", prompt, l.sections.replies, l.sections.mean(), l.sections.most)
			b.Logf("%s: %d of %d phrases repeated, at most %.2f%% of a post", prompt, l.again, l.phrases, l.worst)
			b.ReportMetric(float64(l.posts), prompt+"-posts")
			b.ReportMetric(float64(l.inWords), prompt+"-in-words")
			b.ReportMetric(float64(l.repeating), prompt+"-repeating")
			b.ReportMetric(float64(l.requests), prompt+"-requests")
			b.ReportMetric(l.malformed.mean(), prompt+"-tokens/malformed")
			b.ReportMetric(float64(l.tokens)/float64(max(1, l.posts)), prompt+"-tokens/post")
		}
	}
	b.ReportMetric(0, "ns/op")
}
