package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"hash/maphash"
	"slices"
)

// Inventory holds, in 32 bytes each, the posts of a label whose jobs are done, and
// no other. It is read in one pass, which takes a fraction of the time of as many
// lookups. It is safe for concurrent use.
type Inventory struct {
	seed  maphash.Seed
	posts []heldPost // by the hash of the slug
}

type heldPost struct {
	slug, job uint64 // their hashes
	size      int64
	modified  int64
}

// Inventory reads a label's posts, for an input of so many topics. A row that cannot
// be read is left out. It returns nil where the label has many more jobs than that.
func (l *Ledger) Inventory(ctx context.Context, label string, topics int) (*Inventory, error) {
	i := &Inventory{seed: maphash.MakeSeed()}
	var n int
	if err := l.row(ctx, l.db, `SELECT coalesce(sum(jobs), 0) FROM totals WHERE label = ?`, []any{label}, &n); err != nil {
		return nil, fmt.Errorf("count the posts: %w", err)
	}
	if n > 8*topics {
		return nil, nil
	}
	i.posts = make([]heldPost, 0, max(0, min(n, mostHeld)))
	err := l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var slug, job string
		var p heldPost
		err := rows.Scan(&slug, &job, &p.size, &p.modified)
		p.slug, p.job = maphash.String(i.seed, slug), maphash.String(i.seed, job)
		i.posts = append(i.posts, p)
		return err
	}, `SELECT CAST(slug AS TEXT), CAST(job AS TEXT), size, modified FROM posts p WHERE label = ? AND typeof(size) = 'integer' AND typeof(modified) = 'integer'
		AND NOT EXISTS (SELECT 1 FROM jobs j INDEXED BY jobs_open WHERE j.id = p.job AND j.status != 'done')`, label)
	if err != nil {
		return nil, fmt.Errorf("read the posts: %w", err)
	}
	slices.SortFunc(i.posts, func(a, b heldPost) int { return cmp.Compare(a.slug, b.slug) })
	return i, nil
}

// mostHeld bounds how many rows space is made for before they are read.
const mostHeld = 4 << 20

// Has reports whether the post of a done job is at a slug, and how large the post's
// file was when it was written, and its time. The file is to be compared with that.
func (i *Inventory) Has(slug, job string) (size, modified int64, ok bool) {
	if i == nil {
		return 0, 0, false
	}
	s, j := maphash.String(i.seed, slug), maphash.String(i.seed, job)
	at, _ := slices.BinarySearchFunc(i.posts, s, func(p heldPost, s uint64) int { return cmp.Compare(p.slug, s) })
	for ; at < len(i.posts) && i.posts[at].slug == s; at++ {
		if p := i.posts[at]; p.job == j {
			return p.size, p.modified, true
		}
	}
	return 0, 0, false
}

// heldSlugs has the slugs of all topics, as hashes.
type heldSlugs struct {
	seed maphash.Seed
	all  []heldSlug // by the hash of the key
}

type heldSlug struct{ key, slug uint64 }

// HoldSlugs reads the slugs of all topics in one pass, for an input of so many: what
// asks for the slugs of many topics then takes a fraction of the time. It reads
// nothing where the ledger has many more topics than the input.
func (l *Ledger) HoldSlugs(ctx context.Context, topics int) error {
	var n int
	if err := l.row(ctx, l.db, `SELECT count(*) FROM topics`, nil, &n); err != nil {
		return fmt.Errorf("count the topics: %w", err)
	}
	if n > 8*topics {
		return nil
	}
	h := &heldSlugs{seed: maphash.MakeSeed(), all: make([]heldSlug, 0, min(n, mostHeld))}
	err := l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var key, slug string
		err := rows.Scan(&key, &slug)
		h.all = append(h.all, heldSlug{maphash.String(h.seed, key), maphash.String(h.seed, slug)})
		return err
	}, `SELECT CAST(key AS TEXT), CAST(slug AS TEXT) FROM topics`)
	if err != nil {
		return fmt.Errorf("read the topics: %w", err)
	}
	slices.SortFunc(h.all, func(a, b heldSlug) int { return cmp.Compare(a.key, b.key) })
	l.held.Store(h)
	return nil
}

// has reports whether a topic has the slug that it prefers.
func (h *heldSlugs) has(t TopicIdent) bool {
	if h == nil {
		return false
	}
	key := maphash.String(h.seed, t.Key)
	at, found := slices.BinarySearchFunc(h.all, key, func(s heldSlug, key uint64) int { return cmp.Compare(s.key, key) })
	return found && h.all[at].slug == maphash.String(h.seed, t.Slug)
}
