package rate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"

	"github.com/nightpress/nightpress/internal/ledger"
)

const (
	// candidates is how many pairs of two models are looked at for one that
	// balances the lengths.
	candidates = 50
	// commonTopics bounds the list of pairs that all raters are asked for.
	commonTopics = 2000
)

// uncertainty is the variance of a pair's share, given its answers so far: one win
// for each side is assumed, so that a new pair is the least known.
func uncertainty(t ledger.Tally) float64 {
	a, b := float64(t.Wins)+float64(t.Ties)/2+1, float64(t.Losses)+float64(t.Ties)/2+1
	return a * b / ((a + b) * (a + b) * (a + b + 1))
}

// choose returns the pair that says most: a common one where it is time for one,
// otherwise one of the two models of which the least is known. It returns nil if
// every pair is rated or skipped.
func (s *Server) choose(ctx context.Context) (*ledger.Duel, error) {
	if s.common*100 < s.Overlap*(len(s.past)+1) {
		if d, err := s.nextCommon(ctx); d != nil || err != nil {
			return d, err
		}
	}
	order := slices.Clone(s.tallies)
	slices.SortStableFunc(order, func(x, y *ledger.Tally) int { return cmp.Compare(uncertainty(*y), uncertainty(*x)) })
	for _, t := range order {
		if d, err := s.balancing(ctx, t); d != nil || err != nil {
			return d, err
		}
	}
	return nil, nil
}

// balancing returns a random pair of two models, if possible one in which the model
// has the longer post that had it less often so far.
func (s *Server) balancing(ctx context.Context, t *ledger.Tally) (found *ledger.Duel, err error) {
	looked := 0
	for d, err := range s.ledger.Unrated(ctx, s.Rater, s.last(), t.A, t.B, "") {
		if err != nil {
			return nil, err
		}
		if s.skipped[jobs(d)] {
			continue
		}
		if found == nil {
			found = &d
		}
		longer := cmp.Compare(d.A.Words, d.B.Words)
		if looked++; t.Longer*longer < 0 || t.Longer == 0 && longer == 0 {
			return &d, nil
		}
		if t.Longer == 0 || looked == candidates {
			return found, nil
		}
	}
	return found, nil
}

// nextCommon returns the next pair that every rater is asked for: topics in the
// order of their hashes, each with one pair of models in turn. So raters who start
// apart are given the same ones. It returns nil at the end of the list.
func (s *Server) nextCommon(ctx context.Context) (*ledger.Duel, error) {
	if s.topics == nil {
		var err error
		if s.topics, err = firstByHash(ctx, s.ledger); err != nil {
			return nil, err
		}
	}
	for ; s.at < len(s.topics); s.at++ {
		t := s.tallies[s.at%len(s.tallies)]
		for d, err := range s.ledger.Unrated(ctx, s.Rater, s.last(), t.A, t.B, s.topics[s.at]) {
			if err != nil {
				return nil, err
			}
			if !s.skipped[jobs(d)] {
				s.common++
				return &d, nil
			}
		}
	}
	return nil, nil
}

// firstByHash returns the slugs whose hashes are the lowest, in that order.
func firstByHash(ctx context.Context, l *ledger.Ledger) ([]string, error) {
	type hashed struct {
		hash [8]byte
		slug string
	}
	all := []hashed{}
	keep := func() {
		slices.SortFunc(all, func(a, b hashed) int {
			return cmp.Or(slices.Compare(a.hash[:], b.hash[:]), cmp.Compare(a.slug, b.slug))
		})
		all = all[:min(len(all), commonTopics)]
	}
	for slug, err := range l.EachSlug(ctx) {
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256([]byte(slug))
		if all = append(all, hashed{[8]byte(sum[:8]), slug}); len(all) == 2*commonTopics {
			keep()
		}
	}
	keep()
	slugs := make([]string, len(all))
	for i, one := range all {
		slugs[i] = one.slug
	}
	return slugs, nil
}
