package scripted

import (
	"fmt"
	"strings"
)

// Reply is how one request is answered. The zero value is a well-formed reply.
type Reply struct {
	// Text is the reply's text; "" is a post that meets the contract of
	// blog-post.
	Text string
	// Status, when not 0, is an HTTP status sent in place of a reply, with
	// Error as its message.
	Status int
	Error  string
	// Cut breaks the connection after half of the text; Hang goes silent
	// there until the client goes away.
	Cut, Hang bool
}

// A post that only counted would be taken for a loop, and rightly.
var (
	begins = []string{"First of all comes", "A good start is", "Nobody regrets", "What helps most is", "Then there is", "Leave time for", "Old hands swear by"}
	ends   = []string{"a clear head", "the right tool, clean and sharp", "a list on paper", "a look at the whole", "one thing after the other", "a short rest before noon", "sweeping up", "asking somebody who knows", "the last small step", "a cup of tea", "good light"}
)

// Post is a reply that meets the contract of blog-post; n tells one from
// another.
func Post(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "TITLE: Careful work, part %d\n", n)
	b.WriteString("META_DESCRIPTION: What a careful person does first, what can wait, and how to see that it is done.\n")
	b.WriteString("TAGS: work, care, order\nCATEGORIES: Tutorials\n\n")
	b.WriteString("Work that is done with care is done once.\n")
	for i := range 44 {
		if i%22 == 0 {
			fmt.Fprintf(&b, "\n## Part %d\n\n", i/22+1)
		}
		fmt.Fprintf(&b, "%s %s.\n", begins[i%len(begins)], ends[i/2%len(ends)])
	}
	b.WriteString("\n</EndOFText>\n")
	return b.String()
}

// pieces splits a text as a model's tokens do: a few letters each, nothing
// lost.
func pieces(text string) []string {
	const size = 24
	var all []string
	for len(text) > size {
		end := strings.LastIndexAny(text[:size], " \n") + 1
		if end == 0 {
			end = size
		}
		all, text = append(all, text[:end]), text[end:]
	}
	return append(all, text)
}
