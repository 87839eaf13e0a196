package ledger

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"math/bits"
	"slices"
)

// Inventory holds, in 8 bytes each, the posts of a label whose jobs are done, and
// no other. It is read in one pass, which takes a fraction of the time of as many
// lookups. It is safe for concurrent use.
type Inventory struct {
	seed  maphash.Seed
	posts hashes
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
	// Where every job is done, nothing is to be looked up for each post.
	open := `AND NOT EXISTS (SELECT 1 FROM jobs j INDEXED BY jobs_open WHERE j.id = p.job AND j.status != 'done')`
	var some bool
	if err := l.row(ctx, l.db, `SELECT EXISTS (SELECT 1 FROM jobs INDEXED BY jobs_open WHERE status != 'done')`, nil, &some); err != nil {
		return nil, fmt.Errorf("look for open jobs: %w", err)
	}
	if !some {
		open = ""
	}
	i.posts.all = make([]uint64, 0, max(0, min(n, mostHeld)))
	err := l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var slug, job sql.RawBytes
		var size, modified int64
		err := rows.Scan(&slug, &job, &size, &modified)
		i.posts.all = append(i.posts.all, hashOfRaw(i.seed, size, modified, slug, job))
		return err
	}, `SELECT CAST(slug AS TEXT), CAST(job AS TEXT), size, modified FROM posts p
		WHERE label = ? AND typeof(size) = 'integer' AND typeof(modified) = 'integer' `+open, label)
	if err != nil {
		return nil, fmt.Errorf("read the posts: %w", err)
	}
	i.posts.sort()
	return i, nil
}

// mostHeld bounds how many rows space is made for before they are read.
const mostHeld = 4 << 20

// Has reports whether the post of a done job is at a slug, and whether its file had this
// size and time when it was written.
func (i *Inventory) Has(slug, job string, size, modified int64) bool {
	return i != nil && i.posts.has(hashOf(i.seed, size, modified, slug, job))
}

// heldSlugs has the keys of all topics, each with its slug, as hashes.
type heldSlugs struct {
	seed  maphash.Seed
	pairs hashes
}

// HoldSlugs reads the slugs of all topics in one pass, for an input of so many: what
// asks for the slugs of many topics then takes a fraction of the time. It calls each,
// if it is set, with the key of every topic. all is false, and nothing is read, where
// the ledger has many more topics than the input, or the slugs are held already.
func (l *Ledger) HoldSlugs(ctx context.Context, topics int, each func(key string)) (all bool, err error) {
	var n int
	if l.held.Load() != nil {
		return false, nil
	}
	if err := l.row(ctx, l.db, `SELECT count(*) FROM topics`, nil, &n); err != nil {
		return false, fmt.Errorf("count the topics: %w", err)
	}
	if n > 8*topics {
		return false, nil
	}
	h := &heldSlugs{seed: maphash.MakeSeed()}
	h.pairs.all = make([]uint64, 0, min(n, mostHeld))
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var key, slug string
		err := rows.Scan(&key, &slug)
		if each != nil {
			each(key)
		}
		h.pairs.all = append(h.pairs.all, hashOf(h.seed, 0, 0, key, slug))
		return err
	}, `SELECT CAST(key AS TEXT), CAST(slug AS TEXT) FROM topics`)
	if err != nil {
		return false, fmt.Errorf("read the topics: %w", err)
	}
	h.pairs.sort()
	l.held.Store(h)
	return true, nil
}

// has reports whether a topic has the slug that it prefers.
func (h *heldSlugs) has(t TopicIdent) bool {
	return h != nil && h.pairs.has(hashOf(h.seed, 0, 0, t.Key, t.Slug))
}

// hashOf hashes two numbers and two texts, none of which can run into the next.
func hashOf(seed maphash.Seed, m, n int64, a, b string) uint64 {
	var h maphash.Hash
	begin(&h, seed, m, n, len(a))
	_, _ = h.WriteString(a)
	_, _ = h.WriteString(b)
	return h.Sum64()
}

// hashOfRaw is hashOf for texts as they come from a row.
func hashOfRaw(seed maphash.Seed, m, n int64, a, b sql.RawBytes) uint64 {
	var h maphash.Hash
	begin(&h, seed, m, n, len(a))
	_, _ = h.Write(a)
	_, _ = h.Write(b)
	return h.Sum64()
}

func begin(h *maphash.Hash, seed maphash.Seed, m, n int64, length int) {
	h.SetSeed(seed)
	var fixed [24]byte
	for i, number := range []uint64{uint64(m), uint64(n), uint64(length)} {
		binary.LittleEndian.PutUint64(fixed[8*i:], number)
	}
	_, _ = h.Write(fixed[:])
}

// hashes is a set of hashes.
type hashes struct {
	all []uint64 // sorted by sort
	// first says where the hashes with the same first bits begin, which shift leaves.
	// A search among a million looks at some four of them.
	first []uint32
	shift int
}

// sort makes the set ready for has. No hash is added after it.
func (s *hashes) sort() {
	slices.Sort(s.all)
	s.shift = 64 - max(bits.Len(uint(len(s.all)))-2, 0)
	s.first = make([]uint32, 1<<(64-s.shift))
	at := 0
	for b := range s.first {
		for at < len(s.all) && s.all[at]>>s.shift < uint64(b) {
			at++
		}
		s.first[b] = uint32(at)
	}
}

func (s *hashes) has(hash uint64) bool {
	for at := int(s.first[hash>>s.shift]); at < len(s.all) && s.all[at] <= hash; at++ {
		if s.all[at] == hash {
			return true
		}
	}
	return false
}
