package output

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/internal/sketch"
)

// Taken holds what only one post of a label may have: values of unique fields, and the
// text. A post claims both when it is accepted; of two at once, the first one gets
// them. The ledger keeps the claims of saved posts, so memory holds only those of posts
// in progress. A Taken is safe for concurrent use.
type Taken struct {
	ledger *ledger.Ledger
	folder *Folder
	fields []string
	near   float64
	kinds  string

	mu sync.Mutex
	// open are the claims of posts that are not saved yet, by label and slug.
	open map[[2]string]*claim
}

// claim is what a post has.
type claim struct {
	fields []ledger.MarkedField
	// sketch is nil if texts are not compared.
	sketch *sketch.Sketch
}

// Taken returns what the folder's posts have, for these fields and this share of
// common phrases (0: texts are not compared). Learn must run before the first claim.
func (p *Posts) Taken(fields []string, near float64) *Taken {
	kinds := strings.Join(fields, ",")
	if near > 0 {
		kinds += "+text"
	}
	return &Taken{ledger: p.Ledger, folder: p.Folder, fields: fields, near: near, kinds: kinds, open: map[[2]string]*claim{}}
}

// mostLearned is how many posts are stored in one transaction.
const mostLearned = 256

// Learn reads the posts of a label that were written without marks, or for other
// settings. begun is called before the first of them is read. A post that is missing
// or blocked has no marks.
func (t *Taken) Learn(ctx context.Context, label string, begun func()) error {
	var posts []ledger.LocatedPost
	for p, err := range t.ledger.Unmarked(ctx, label, t.kinds) {
		if err != nil {
			return err
		}
		posts = append(posts, p)
	}
	if len(posts) > 0 {
		begun()
	}
	for from := 0; from < len(posts); from += mostLearned {
		var learned []ledger.LocatedPost
		var marks []*ledger.Marks
		for _, p := range posts[from:min(from+mostLearned, len(posts))] {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			c, err := t.read(label, p.Slug)
			if err != nil {
				return err
			}
			if c != nil {
				learned, marks = append(learned, p), append(marks, t.marks(label, c))
			}
		}
		if err := t.ledger.Mark(ctx, label, learned, marks); err != nil {
			return t.folder.Explain(err)
		}
	}
	return nil
}

// read returns what the post in a file has, nil if there is none.
func (t *Taken) read(label, slug string) (*claim, error) {
	file, _, err := t.folder.Read(label, slug)
	if errtype.Is[*BlockedError](err) || file == nil && err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := ReadArticle(file)
	if err != nil {
		return &claim{}, nil // a person's file
	}
	return t.claim(func(key string) string { return valueOf(a.Fields, key) }, a.Body), nil
}

func valueOf(fields []reply.Written, key string) string {
	for _, f := range fields {
		if f.Key == key {
			return strings.Join(f.Values, ", ")
		}
	}
	return ""
}

// claim is what a post with these values and this text has.
func (t *Taken) claim(value func(key string) string, body string) *claim {
	c := &claim{}
	for _, key := range t.fields {
		v := value(key)
		if same := strings.Join(sketch.Words(v), " "); same != "" {
			c.fields = append(c.fields, ledger.MarkedField{Key: key, Same: same, Value: v})
		}
	}
	if t.near > 0 {
		c.sketch = sketch.Of(body)
	}
	return c
}

// marks are a claim as the ledger keeps it.
func (t *Taken) marks(label string, c *claim) *ledger.Marks {
	m := &ledger.Marks{Kinds: t.kinds, Fields: c.fields}
	if c.sketch != nil {
		m.Sketch, m.Bands = c.sketch.Bytes(), bandsOf(label, c.sketch)
	}
	return m
}

// bandsOf are the bands of a text, which differ for each label.
func bandsOf(label string, s *sketch.Sketch) []int64 {
	var salt uint64
	for _, b := range []byte(strings.ToLower(label)) {
		salt = salt*1099511628211 + uint64(b)
	}
	bands := make([]int64, sketch.Bands)
	for n := range bands {
		bands[n] = int64(s.Band(n) ^ salt)
	}
	return bands
}

// mostNamed is how many taken values an instruction names.
const mostNamed = 5

// Claim claims a post's unique values and text for its location. If another post has
// some of them already, Claim returns that as problems and claims nothing. A location
// may claim again, for another reply.
func (t *Taken) Claim(ctx context.Context, label, slug string, c *contract.Contract, p *contract.Post) ([]contract.Problem, error) {
	mine := t.claim(func(key string) string { return textOf(p, key) }, p.Body)
	at := [2]string{strings.ToLower(label), strings.ToLower(slug)}
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, at)
	problems, err := t.taken(ctx, label, slug, c, mine)
	if err == nil && len(problems) == 0 {
		t.open[at] = mine
	}
	return problems, t.folder.Explain(err)
}

func textOf(p *contract.Post, key string) string {
	if list := p.List(key); list != nil {
		return strings.Join(list, ", ")
	}
	return p.Text(key)
}

// taken returns what others have of a claim. The caller holds t.mu.
func (t *Taken) taken(ctx context.Context, label, slug string, c *contract.Contract, mine *claim) (problems []contract.Problem, err error) {
	for _, f := range mine.fields {
		name := labelOf(c, f.Key)
		if name == "" {
			continue // no reply could mend it
		}
		holder, value, err := t.holder(ctx, label, slug, f)
		if err != nil {
			return nil, err
		}
		if holder == "" {
			continue
		}
		others, err := t.ledger.Neighbors(ctx, label, f.Key, f.Same, mostNamed-1)
		if err != nil {
			return nil, err
		}
		problems = append(problems, contract.Problem{
			Code: contract.ProblemFieldTaken, Field: f.Key, Message: fmt.Sprintf("the line %s: is that of another post (%s)", name, holder),
			Ask: fmt.Sprintf("write another %s; these are taken: %s", name, quoted(append([]string{value}, others...))),
		})
	}
	if mine.sketch == nil {
		return problems, nil
	}
	twin, share, err := t.twin(ctx, label, slug, mine.sketch)
	if err == nil && share >= t.near {
		problems = append(problems, contract.Problem{
			Code: contract.ProblemNearDuplicate, Message: fmt.Sprintf("the post shares %.0f%% of its phrases with another post (%s)", 100*share, twin),
			Ask: fmt.Sprintf("there is a post %q already that says nearly the same: write about what is particular to this topic, in other words", twin),
		})
	}
	return problems, err
}

// holder returns the slug of the post that has a field's value, and its value.
func (t *Taken) holder(ctx context.Context, label, slug string, f ledger.MarkedField) (holder, value string, err error) {
	for at, other := range t.open {
		if at[0] != strings.ToLower(label) || isSample(at[1], slug) {
			continue
		}
		for _, o := range other.fields {
			if o.Key == f.Key && o.Same == f.Same {
				return at[1], o.Value, nil
			}
		}
	}
	return t.ledger.Holder(ctx, label, TopicSlug(slug), f)
}

// isSample reports whether two slugs are those of samples of one topic, which may be
// alike.
func isSample(a, b string) bool { return strings.EqualFold(TopicSlug(a), TopicSlug(b)) }

// twin returns the post that is most alike, and the share of common phrases.
func (t *Taken) twin(ctx context.Context, label, slug string, s *sketch.Sketch) (twin string, share float64, err error) {
	look := func(slug string, other *sketch.Sketch) {
		if other == nil {
			return
		}
		if like := s.Like(other); like > share {
			twin, share = slug, like
		}
	}
	for at, other := range t.open {
		if at[0] == strings.ToLower(label) && !isSample(at[1], slug) {
			look(at[1], other.sketch)
		}
	}
	err = t.ledger.Alike(ctx, label, TopicSlug(slug), bandsOf(label, s), func(slug string, b []byte) error {
		look(slug, sketch.FromBytes(b))
		return nil
	})
	return twin, share, err
}

// labelOf is the label of a contract's field, "" if it has none with this key.
func labelOf(c *contract.Contract, key string) string {
	for _, f := range c.Fields {
		if f.Key == key {
			return f.Label
		}
	}
	return ""
}

// quoted lists values without repetition.
func quoted(values []string) string {
	var all []string
	seen := map[string]bool{}
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			all = append(all, fmt.Sprintf("%q", v))
		}
	}
	return strings.Join(all, ", ")
}

// marksOf returns the claim of a location as the ledger keeps it, nil if it has none.
func (t *Taken) marksOf(label, slug string) *ledger.Marks {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.open[[2]string{strings.ToLower(label), strings.ToLower(slug)}]; c != nil {
		return t.marks(label, c)
	}
	return nil
}

// release forgets the claim of a location: the ledger has it now, or its post was not
// saved.
func (t *Taken) release(label, slug string) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, [2]string{strings.ToLower(label), strings.ToLower(slug)})
}
