package output

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/sketch"
)

// Fill stores the marks of many posts without their files. Their sketches are drawn, as
// those of texts that have nothing in common.
func Fill(b *testing.B, p *Posts, t *Taken, label string, many int, draw *rand.Rand) {
	for from := 0; from < many; from += 1000 {
		var posts []ledger.LocatedPost
		var marks []*ledger.Marks
		for i := range 1000 {
			c := t.claim(func(string) string { return fmt.Sprint("Title ", from+i) }, "")
			c.sketch = &sketch.Sketch{}
			for n := range c.sketch {
				c.sketch[n] = uint16(draw.Uint32())
			}
			posts = append(posts, ledger.LocatedPost{Label: label, Slug: fmt.Sprint("post-", from+i)})
			marks = append(marks, t.marks(label, c))
		}
		if err := p.Ledger.Mark(b.Context(), label, posts, marks); err != nil {
			b.Fatal(err)
		}
	}
}
